import { describe, expect, it } from '@jest/globals';
import { memoryStore, type SessionRecord } from '../../src/index.ts';

const record = (gen: number): SessionRecord => ({
  v: 1,
  session: 's',
  gen,
  status: 'active',
  issuedAt: 1,
  turn: 1,
  tokens: { accessToken: 'a' },
});

describe('a memory store', () => {
  it('holds nothing at first, or the tokens that it was given', async () => {
    expect(await memoryStore().read()).toBeUndefined();
    expect(await memoryStore({ accessToken: 'a', refreshToken: 'r' }).read()).toMatchObject({
      value: { accessToken: 'a', refreshToken: 'r' },
    });
  });

  it('says what is wrong with the tokens that it is given', () => {
    expect(() => memoryStore({} as never)).toThrow(
      new TypeError('memoryStore: accessToken (or access_token) is missing'),
    );
    expect(() => memoryStore({ accessToken: 'two words' })).toThrow(TypeError);
  });

  it('is written when the version is the one expected, and a write gives the next one', async () => {
    const store = memoryStore();
    const first = await store.write(record(0), undefined);
    expect(first).toBeDefined();
    expect(await store.read()).toEqual({ value: record(0), version: first });
    const second = await store.write(record(1), first);
    expect(second).not.toBe(first);
    expect(await store.read()).toEqual({ value: record(1), version: second });
  });

  it.each([
    ['nothing is expected and something is there', undefined],
    ['an old version is expected', '0'],
    ['a version is expected that never was', 'x'],
  ])('is left alone when %s', async (_, expected) => {
    const store = memoryStore();
    const first = await store.write(record(0), undefined);
    expect(first).not.toBe(expected);
    expect(await store.write(record(1), expected)).toBeUndefined();
    expect(await store.read()).toEqual({ value: record(0), version: first });
  });

  it('is left alone when something is expected and nothing is there', async () => {
    const store = memoryStore();
    expect(await store.write(record(0), '0')).toBeUndefined();
    expect(await store.read()).toBeUndefined();
  });

  it('lets one of many writers of the same version through', async () => {
    const store = memoryStore();
    const written = await Promise.all(
      Array.from({ length: 10 }, (_, gen) => store.write(record(gen), undefined)),
    );
    expect(written.filter((version) => version !== undefined)).toHaveLength(1);
  });

  it('tells who subscribed of writes, until they unsubscribe, and of conflicts nothing', async () => {
    const store = memoryStore();
    let calls = 0;
    const unsubscribe = store.subscribe?.(() => void calls++);
    const version = await store.write(record(0), undefined);
    await store.write(record(1), 'x');
    expect(calls).toBe(1);
    unsubscribe?.();
    await store.write(record(1), version);
    expect(calls).toBe(1);
  });

  it('is of one process, with a lock of its own', () => {
    const store = memoryStore();
    expect(store).toMatchObject({ name: 'session', shared: false });
    expect(store.lock).toBeDefined();
    expect(store.lock).not.toBe(memoryStore().lock);
  });
});
