import { describe, expect, it } from '@jest/globals';
import {
  createTokenManager,
  type StorageLike,
  storageStore,
  tokenErrorOf,
} from '../../src/index.ts';
import { put } from '../support/put.ts';
import { never, record, storage } from '../support/storage.ts';

const KINDS: [string, boolean][] = [
  ['synchronous', false],
  ['asynchronous', true],
];

describe.each(KINDS)('a store over a %s storage', (_, async) => {
  it('holds nothing where nothing is', async () => {
    expect(await storageStore(storage({}, { async }).like, 'key').read()).toBeUndefined();
  });

  it('asks the storage at each read: what somebody else wrote is seen', async () => {
    const below = storage({ key: JSON.stringify(record(3)) }, { async });
    const store = storageStore(below.like, 'key');
    expect((await store.read())?.value).toEqual(record(3));
    below.items.set('key', JSON.stringify(record(4)));
    expect((await store.read())?.value).toEqual(record(4));
    expect(below.reads).toBe(2);
  });

  it('33: reads a null again, as a keychain gives it while the device is locked', async () => {
    const below = storage({}, { async });
    const store = storageStore(below.like, 'key');
    expect(await store.read()).toBeUndefined();
    below.items.set('key', JSON.stringify(record(1)));
    expect((await store.read())?.value).toEqual(record(1));
  });

  it('gives another version when somebody else has written, and refuses a write that does not know of it', async () => {
    const below = storage({ key: JSON.stringify(record(1)) }, { async });
    const [one, other] = [storageStore(below.like, 'key'), storageStore(below.like, 'key')];
    const seen = (await one.read())?.version;
    expect((await other.read())?.version).toBe(seen);
    const written = await put(other, record(2), seen);
    expect(written).not.toBe(seen);
    expect(await one.write(record(3), seen)).toBeUndefined();
    expect(await one.read()).toEqual({ value: record(2), version: written });
    expect(await one.write(record(3), written)).toEqual(expect.any(String));
  });

  it('keeps a token out of the version, also one of another program', async () => {
    const below = storage({ key: 'eyJhbGciOiJub25lIn0.secret.' }, { async });
    const store = storageStore(below.like, 'key');
    const version = String((await store.read())?.version);
    expect(version.length).toBeGreaterThan(0);
    expect(version).not.toContain('secret');
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

  it('takes an empty text for nothing, as the storages of mini programs give it', async () => {
    const items = new Map([['session', '']]);
    const store = storageStore(
      { getItem: (key) => items.get(key), setItem: (key, value) => void items.set(key, value) },
      'session',
      { parse: () => ({ accessToken: 'not asked' }) },
    );
    expect(await store.read()).toBeUndefined();
    const tokens = createTokenManager({ store, refresh: never });
    expect(await tokens.getToken()).toBeUndefined();
    await tokens.setSession({ accessToken: 'a' });
    expect((await store.read())?.value).toMatchObject({ tokens: { accessToken: 'a' } });
  });

  it.each(['{"v":1', 'secret-text', ' ', '7', '"eyJ"'])(
    'gives %p, which is not a session, as it is: a manager says ERR_STORE_RECORD without quoting it, and it stays',
    async (text) => {
      const below = storage({ key: text }, { async });
      const store = storageStore(below.like, 'key');
      expect(await store.write(record(0), undefined)).toBeUndefined();
      const tokens = createTokenManager({ store, refresh: never });
      const error = await tokens.getToken().catch(tokenErrorOf);
      expect(error).toMatchObject({ code: 'ERR_STORE_RECORD', action: 'fix' });
      expect(String((error as Error).message)).not.toContain('secret');
      expect(below.items.get('key')).toBe(text);
      await tokens.close();
      const found = await store.read();
      expect(await store.write(record(1), found?.version)).toEqual(expect.any(String));
      expect((await store.read())?.value).toEqual(record(1));
    },
  );
});

describe.each(KINDS)('a store over a %s storage, when that fails', (_, async) => {
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
  });

  it.each(['QuotaExceededError', 'NS_ERROR_DOM_QUOTA_REACHED'])(
    'that has no room left says that nothing was written, and will not be: %s',
    async (name) => {
      const below = storage({ key: JSON.stringify(record(1)) }, { async });
      const setItem = () => {
        throw new DOMException('The quota has been exceeded', name);
      };
      const store = storageStore({ ...below.like, setItem }, 'key');
      const version = (await store.read())?.version;
      await expect(store.write(record(2), version)).rejects.toMatchObject({
        name,
        delivery: 'answered',
      });
    },
  );

  it('that fails without saying why may have been written', async () => {
    const below = storage({}, { async });
    const setItem = () => {
      throw new Error('The storage is down');
    };
    const error = await storageStore({ ...below.like, setItem }, 'key')
      .write(record(1), undefined)
      .catch((thrown: unknown) => thrown);
    expect(error).not.toHaveProperty('delivery');
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

describe('a storage that parses by itself', () => {
  it('is read as well', async () => {
    expect(
      await storageStore({ getItem: () => record(2), setItem: () => undefined }, 'key').read(),
    ).toMatchObject({ value: record(2) });
  });

  it('has the same version for a record, whether it gives text or an object', async () => {
    const items = new Map<string, string>();
    const texts: StorageLike = {
      getItem: (key) => items.get(key),
      setItem: (key, value) => items.set(key, value),
    };
    const objects: StorageLike = {
      ...texts,
      getItem: (key) => JSON.parse(items.get(key) ?? 'null') as unknown,
    };
    const version = await storageStore(texts, 'key').write(record(1), undefined);
    expect(await storageStore(objects, 'key').read()).toEqual({ value: record(1), version });
  });
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

it('is named after its key, with a lock of this process, which its managers ask for that name', () => {
  const store = storageStore(storage().like, 'key');
  expect(store).toMatchObject({ name: 'key', lock: { request: expect.any(Function) } });
});
