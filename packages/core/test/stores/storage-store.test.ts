import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createTokenManager,
  type SessionRecord,
  type StorageLike,
  storageStore,
  tokenErrorOf,
  type TokenSet,
} from '../../src/index.ts';
import { systemClock } from '../../src/adapter.ts';
import { settle } from '../support/clock.ts';
import { fakePage, localStorages } from '../support/page.ts';
import { put } from '../support/put.ts';

const never = (): Promise<TokenSet> => Promise.reject(new Error('not to be called'));

const HOUR = 3_600_000;

const clockWith = (state: { readonly offset: number }) => ({
  ...systemClock,
  now: () => Date.now() + state.offset,
  monotonic: () => performance.now() + state.offset,
});

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

describe('two storageStores on one key of a storage that answers at once', () => {
  it('48: let exactly one of two writers of the same version through', async () => {
    const below = storage();
    const [one, other] = [storageStore(below.like, 'key'), storageStore(below.like, 'key')];
    const version = await put(one, record(1));
    const written = await Promise.all([
      one.write(record(2), version),
      other.write(record(3), version),
    ]);
    expect(written.filter((each) => each !== undefined)).toHaveLength(1);
  });

  it('48: one manager on each: the later one uses what the first one has stored, without a second redemption', async () => {
    const below = storage();
    let redeemed: (string | undefined)[] = [];
    const open = (clock: { offset: number }) =>
      createTokenManager({
        store: storageStore(below.like, 'key'),
        clock: clockWith(clock),
        async refresh({ refreshToken }) {
          redeemed = [...redeemed, refreshToken];
          return {
            accessToken: `at-${redeemed.length}`,
            refreshToken: `rt-${redeemed.length}`,
            expiresAt: Date.now() + clock.offset + HOUR,
          };
        },
      });
    const clock = { offset: 0 };
    const [a, b] = [open(clock), open(clock)];
    await a.setSession({
      accessToken: 'at-0',
      refreshToken: 'rt-0',
      expiresAt: Date.now() + HOUR,
    });
    expect((await b.getToken())?.accessToken).toBe('at-0');
    clock.offset += HOUR;
    expect((await a.getToken())?.accessToken).toBe('at-1');
    expect((await b.getToken())?.accessToken).toBe('at-1');
    clock.offset += 60_000; // a refusal right after a refresh would start none
    expect((await b.replaceRejected('at-1'))?.accessToken).toBe('at-2');
    expect((await a.replaceRejected('at-1'))?.accessToken).toBe('at-2');
    expect(redeemed).toEqual(['rt-0', 'rt-1']);
    await Promise.all([a.close(), b.close()]);
  });
});

describe('what is told', () => {
  const page = fakePage();
  beforeEach(() => page.install());
  afterEach(() => page.remove());
  const listen = (store: ReturnType<typeof storageStore>) => {
    const heard = { count: 0, stop: (): void => undefined };
    heard.stop = store.subscribe?.(() => heard.count++) ?? heard.stop;
    return heard;
  };

  it('is what another page has written under this key of this storage, and that it was cleared', () => {
    const { like } = storage();
    const heard = listen(storageStore(like, 'key'));
    page.announce({ key: 'key', storageArea: like });
    page.announce({ key: null, storageArea: like });
    expect(heard.count).toBe(2);
    page.announce({ key: 'other', storageArea: like });
    page.announce({ key: 'key', storageArea: storage().like });
    page.announce({ key: 'key', storageArea: null });
    expect(heard.count).toBe(2);
    heard.stop();
    heard.stop();
    expect(page.listening).toBe(0);
  });

  it('is that the page is back from the back/forward cache, where it heard of nothing', () => {
    const heard = listen(storageStore(storage().like, 'key'));
    page.show(false);
    expect(heard.count).toBe(0);
    page.show(true);
    expect(heard.count).toBe(1);
    heard.stop();
    expect(page.listening).toBe(0);
  });

  it('is what is written through this store, to each of several', async () => {
    const store = storageStore(storage().like, 'key');
    const [one, other] = [listen(store), listen(store)];
    await store.write(record(1), undefined);
    expect([one.count, other.count]).toEqual([1, 1]);
    one.stop();
    expect(await store.write(record(2), undefined)).toBeUndefined();
    expect([one.count, other.count]).toEqual([1, 1]);
    other.stop();
  });

  it('48: a sign-out in one page ends the session in another', async () => {
    const pages = localStorages(page);
    const [a, b] = [pages.open(), pages.open()].map((like) =>
      createTokenManager({ store: storageStore(like, 'key'), refresh: never }),
    ) as [ReturnType<typeof createTokenManager>, ReturnType<typeof createTokenManager>];
    await a.setSession({ accessToken: 'at-0', refreshToken: 'rt-0' });
    expect((await b.getToken())?.accessToken).toBe('at-0');
    await a.signOut();
    await settle();
    expect(b.status).toBe('signedOut');
    expect(await b.getToken()).toBeUndefined();
    await Promise.all([a.close(), b.close()]);
    expect(page.listening).toBe(0);
  });

  it.each([
    ['nothing, as in Node', {}],
    ['something that is no function', { addEventListener: 1 }],
    ['no way to leave', { addEventListener: () => undefined }],
  ])('needs no page: where there is %s, it works', async (_what, globals) => {
    page.remove();
    Object.assign(globalThis, globals);
    const store = storageStore(storage().like, 'key');
    const heard = listen(store);
    await store.write(record(1), undefined);
    expect(heard.count).toBe(1);
    heard.stop();
  });
});

describe('parse', () => {
  const jwt = 'eyJhbGciOiJub25lIn0.secret.';
  const open = (text: string, parse: (text: string) => TokenSet | undefined, key = 'key') => {
    const below = storage({ key: text });
    return { below, store: storageStore(below.like, key, { parse }) };
  };

  it('53: reads what an older version left: the token alone, as it is', async () => {
    const { below, store } = open(jwt, (text) => ({ accessToken: text }));
    expect((await store.read())?.value).toEqual({ accessToken: jwt });
    expect(below.items.get('key')).toBe(jwt);
    const tokens = createTokenManager({ store, refresh: never });
    expect((await tokens.getToken())?.accessToken).toBe(jwt);
    await tokens.setSession({ accessToken: 'at-1', refreshToken: 'rt-1' });
    expect(JSON.parse(String(below.items.get('key')))).toMatchObject({
      v: 1,
      tokens: { accessToken: 'at-1' },
    });
    await tokens.close();
  });

  it('is given the text, also where that is JSON of another shape', async () => {
    const { store } = open('{"jwt":"at-1","r":"rt-1"}', (text) => {
      const { jwt: accessToken, r: refreshToken } = JSON.parse(text) as Record<string, string>;
      return { accessToken: String(accessToken), refreshToken };
    });
    expect((await store.read())?.value).toEqual({ accessToken: 'at-1', refreshToken: 'rt-1' });
  });

  it('is not asked about records, ours or of another version', async () => {
    const asked: string[] = [];
    const parse = (text: string): undefined => void asked.push(text);
    await open(JSON.stringify(record(1)), parse).store.read();
    expect((await open('{"v":2,"session":"s"}', parse).store.read())?.value).toEqual({
      v: 2,
      session: 's',
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, (text: string) => TokenSet | undefined]>([
    ['gives undefined', () => undefined],
    [
      'throws',
      (text) => {
        throw new Error(text);
      },
    ],
  ])('that %s says: not mine; a token set of somebody else is not taken over', async (_, parse) => {
    const { below, store } = open('{"access_token":"secret"}', parse);
    const tokens = createTokenManager({ store, refresh: never });
    const error = await tokens.getToken().catch(tokenErrorOf);
    expect(error).toMatchObject({ code: 'ERR_STORE_RECORD' });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('secret');
    expect(below.items.get('key')).toBe('{"access_token":"secret"}');
    await tokens.close();
  });

  it('may be asked of a storage that parses by itself', async () => {
    const like = { getItem: () => ({ jwt: 'at-1' }), setItem: () => undefined };
    const store = storageStore(like, 'key', {
      parse: (text) => ({ accessToken: String((JSON.parse(text) as { jwt: string }).jwt) }),
    });
    expect((await store.read())?.value).toEqual({ accessToken: 'at-1' });
  });

  it.each<[object, RegExp]>([
    [{ parse: 'json' }, /^parse: expected a function, got string$/],
    [{ prase: () => undefined }, /^storageStore: there is no option "prase"/],
  ])('%p is refused when it is given', (options, message) => {
    expect(() => storageStore(storage().like, 'key', options as never)).toThrow(message);
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
