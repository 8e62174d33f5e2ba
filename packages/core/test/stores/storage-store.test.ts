import { describe, expect, it } from '@jest/globals';
import {
  type SessionRecord,
  type StorageLike,
  storageStore,
  tokenErrorOf,
} from '../../src/index.ts';
import { settle } from '../support/clock.ts';

const record = (gen: number): SessionRecord => ({
  v: 1,
  session: 's',
  gen,
  status: 'active',
  issuedAt: 1,
  turn: 1,
  tokens: { accessToken: 'a' },
});

/** As localStorage is; `async`: as AsyncStorage and Keychains are, slowly. */
const storage = (initial: Record<string, string> = {}, { async = false } = {}) => {
  const items = new Map(Object.entries(initial));
  let reads = 0;
  const later = <T>(value: T): T | Promise<T> => (async ? settle().then(() => value) : value);
  const like: StorageLike = {
    getItem(key) {
      reads++;
      return later(items.get(key) ?? null);
    },
    setItem: (key, value) => later(void items.set(key, value)),
  };
  return {
    like,
    items,
    get reads() {
      return reads;
    },
  };
};

describe.each([
  ['synchronous', false],
  ['asynchronous', true],
])('a store over a %s storage', (_, async) => {
  it('holds nothing where nothing is', async () => {
    expect(await storageStore(storage({}, { async }).like, 'key').read()).toBeUndefined();
  });

  it('reads once, however often and by how many it is asked', async () => {
    const below = storage({ key: JSON.stringify(record(3)) }, { async });
    const store = storageStore(below.like, 'key');
    const found = await Promise.all(Array.from({ length: 20 }, () => store.read()));
    expect(new Set(found).size).toBe(1);
    expect(found[0]).toMatchObject({ value: record(3) });
    await store.write(record(4), found[0]?.version);
    expect(await store.read()).toMatchObject({ value: record(4) });
    expect(below.reads).toBe(1);
  });

  it('writes JSON under its key, and nothing else', async () => {
    const below = storage({ other: 'x' }, { async });
    await storageStore(below.like, 'key').write(record(0), undefined);
    expect([...below.items]).toEqual([
      ['other', 'x'],
      ['key', JSON.stringify(record(0))],
    ]);
  });

  it('lets one of many concurrent writers of the same version through', async () => {
    const below = storage({}, { async });
    const store = storageStore(below.like, 'key');
    const written = await Promise.all(
      Array.from({ length: 10 }, (_, gen) => store.write(record(gen), undefined)),
    );
    expect(written.map((version) => version !== undefined)).toEqual([
      true,
      ...Array.from({ length: 9 }, () => false),
    ]);
    expect(below.items.get('key')).toBe(JSON.stringify(record(0)));
  });

  it('is written when the version is the one expected, and a write gives the next one', async () => {
    const store = storageStore(storage({ key: JSON.stringify(record(0)) }, { async }).like, 'key');
    const first = (await store.read())?.version;
    const second = await store.write(record(1), first);
    expect(second).not.toBe(first);
    expect(await store.write(record(2), first)).toBeUndefined();
    expect(await store.write(record(2), undefined)).toBeUndefined();
    expect(await store.read()).toEqual({ value: record(1), version: second });
  });

  it.each(['{"v":1', 'secret-text', ''])(
    'with %p, which is not JSON, is ERR_STORE_RECORD, and it stays',
    async (text) => {
      const below = storage({ key: text }, { async });
      const store = storageStore(below.like, 'key');
      const read = await store.read().catch((error: unknown) => tokenErrorOf(error));
      const written = await store
        .write(record(0), undefined)
        .catch((error: unknown) => tokenErrorOf(error));
      for (const error of [read, written]) {
        expect(error).toMatchObject({
          code: 'ERR_STORE_RECORD',
          message: 'Store "key" holds something that is not JSON; it was left as it is',
        });
        expect((error as Error).cause).toBeUndefined();
      }
      expect(below.items.get('key')).toBe(text);
    },
  );

  it('reads again after a read that failed', async () => {
    const below = storage({ key: JSON.stringify(record(1)) }, { async });
    let locked = true;
    const store = storageStore(
      {
        ...below.like,
        getItem(key) {
          if (locked) throw new Error('the keychain is locked');
          return below.like.getItem(key);
        },
      },
      'key',
    );
    const failed = await Promise.all(Array.from({ length: 3 }, () => store.read().catch(String)));
    expect(new Set(failed)).toEqual(new Set(['Error: the keychain is locked']));
    locked = false;
    expect(await store.read()).toMatchObject({ value: record(1) });
    expect(below.reads).toBe(1);
  });

  it('that cannot be written holds what it held', async () => {
    const below = storage({ key: JSON.stringify(record(1)) }, { async });
    let full = true;
    const store = storageStore(
      {
        ...below.like,
        setItem(key, value) {
          if (full) throw new Error('the quota is used up');
          return below.like.setItem(key, value);
        },
      },
      'key',
    );
    const version = (await store.read())?.version;
    await expect(store.write(record(2), version)).rejects.toThrow('quota');
    expect(await store.read()).toEqual({ value: record(1), version });
    full = false;
    expect(await store.write(record(2), version)).toBeDefined();
  });
});

it('a storage that parses by itself is read as well', async () => {
  expect(
    await storageStore({ getItem: () => record(2), setItem: () => undefined }, 'key').read(),
  ).toMatchObject({ value: record(2) });
});

it.each([
  [
    undefined,
    'key',
    /^storageStore: storage: expected an object with getItem\(\), setItem\(\), got undefined$/,
  ],
  ['localStorage', 'key', /^storageStore: storage: expected an object with .*, got string$/],
  [
    {},
    'key',
    /^storageStore: storage: expected an object with .*; getItem\(\), setItem\(\) missing$/,
  ],
  [{ getItem: () => null }, 'key', /^storageStore: storage: .*; setItem\(\) missing$/],
  [
    { getItem: () => null, setItem: () => undefined },
    '',
    /^storageStore: key: expected a string that is not empty, got an empty string$/,
  ],
  [
    { getItem: () => null, setItem: () => undefined },
    undefined,
    /^storageStore: key: .*, got undefined$/,
  ],
])('%p and the key %p are refused when they are given', (like, key, message) => {
  expect(() => storageStore(like as StorageLike, key as string)).toThrow(message);
});

it('is named after its key, of one process, with a lock of its own', () => {
  const store = storageStore(storage().like, 'key');
  expect(store).toMatchObject({ name: 'key', shared: false });
  expect(store.lock).toBeDefined();
});
