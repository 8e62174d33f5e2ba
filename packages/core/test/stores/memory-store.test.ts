import { describe, expect, it } from '@jest/globals';
import {
  createTokenManager,
  memoryStore,
  type RefreshLock,
  type SessionRecord,
} from '../../src/index.ts';
import { put } from '../support/put.ts';

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
  it('holds nothing at first', async () => {
    expect(await memoryStore().read()).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['memoryStore: expected an object, got null', null],
    ['memoryStore: expected an object, got string', 'session'],
    ['name: expected a string that is not empty, got an empty string', { name: '' }],
    ['name: expected a string that is not empty, got 7', { name: 7 }],
    ['lock: expected an object with request(); request() missing', { lock: {} }],
    ['memoryStore: there is no option "shared"; the options are name, lock', { shared: true }],
    ...['accessToken', 'access_token', 'tokens'].map((name): [string, unknown] => [
      `memoryStore: there is no option "${name}"; createTokenManager({ tokens }) begins with a session, and setSession() starts one`,
      { [name]: 'a' },
    ]),
  ])('44: says what is wrong: %s', (message, options) => {
    expect(() => memoryStore(options as never)).toThrow(new TypeError(message));
  });

  it('is written when the version is the one expected, and a write gives the next one', async () => {
    const store = memoryStore();
    const first = await put(store, record(0));
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

  it('tells subscribers of writes, until they unsubscribe, and of conflicts nothing', async () => {
    const store = memoryStore();
    let calls = 0;
    const unsubscribe = store.subscribe?.(() => void calls++);
    const version = await put(store, record(0));
    await store.write(record(1), 'x');
    expect(calls).toBe(1);
    unsubscribe?.();
    await store.write(record(1), version);
    expect(calls).toBe(1);
  });

  it('has a lock of its own, and the name session, unless it is told otherwise', async () => {
    const store = memoryStore();
    expect([store.name, memoryStore({ name: undefined, lock: undefined }).name]).toEqual([
      'session',
      'session',
    ]);
    expect(store.lock).toMatchObject({ request: expect.any(Function) });
    expect(store.lock).not.toBe(memoryStore().lock);
    const { lock } = memoryStore();
    const other = memoryStore({ name: 'access', ...(lock !== undefined && { lock }) });
    expect([other.name, other.lock]).toEqual(['access', lock]);
  });

  it('lets its managers ask its lock for its name, whatever they are called', async () => {
    const asked: string[] = [];
    const lock: RefreshLock = {
      request(name, _options, task) {
        asked.push(name);
        return task(null);
      },
    };
    const store = memoryStore({ name: 'access', lock });
    const tokens = createTokenManager({
      name: 'shop',
      store,
      acquire: async () => ({ accessToken: 'a' }),
    });
    await tokens.getToken();
    await tokens.close();
    expect(asked).toEqual(['access']);
  });

  it('is shared by the managers that have it: one refreshes, the other one sees that', async () => {
    const store = memoryStore();
    let calls = 0;
    const refresh = async () => ({ accessToken: `a-${++calls}`, refreshToken: `r-${calls}` });
    const [one, other] = [
      createTokenManager({ store, refresh }),
      createTokenManager({ store, refresh }),
    ];
    await one.setSession({ accessToken: 'a-0', refreshToken: 'r-0', expiresAt: 0 });
    const found = await Promise.all([one.getToken(), other.getToken()]);
    expect([found.map((token) => token?.accessToken), calls]).toEqual([['a-1', 'a-1'], 1]);
    await other.signOut();
    expect(await one.getToken()).toBeUndefined();
    await Promise.all([one.close(), other.close()]);
  });
});
