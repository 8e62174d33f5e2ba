import { describe, expect, it } from '@jest/globals';
import { storeContract } from '../../../testing/src/index.ts';
import {
  createTokenManager,
  encryptedStore,
  memoryStore,
  type SessionRecord,
  TokenError,
  type TokenSet,
  type TokenStore,
} from '../../src/index.ts';
import { settle } from '../support/clock.ts';
import { put } from '../support/put.ts';
import { outcome } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const keyOf = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const record = (gen: number): SessionRecord => ({
  v: 1,
  session: 'one',
  gen,
  status: 'active',
  tokens: {
    accessToken: `secret-access-${gen}`,
    refreshToken: `secret-refresh-${gen}`,
    expiresAt: 4_000_000_000_000,
    extra: { tenant: 'ü' },
  },
  issuedAt: 1_800_000_000_000,
  turn: 1_800_000_000_000,
});

storeContract(
  { describe, it },
  {
    name: 'a memory store that is encrypted',
    async create() {
      const store = encryptedStore(memoryStore(), keyOf(1));
      return { open: () => store };
    },
  },
);

storeContract(
  { describe, it },
  {
    name: 'a memory store whose key can be gone',
    async create() {
      let gone = false;
      const store = encryptedStore(memoryStore(), {
        async encode(tokens) {
          if (gone) throw new Error('The keychain is locked');
          return JSON.stringify(tokens);
        },
        decode: async (text) => JSON.parse(text) as TokenSet,
      });
      return { open: () => store, refuse: () => void (gone = true) };
    },
  },
);

const encrypted = async (): Promise<Record<string, unknown>> => {
  const cell = sharedCell();
  await encryptedStore(cell.open(), keyOf(1)).write(record(3), undefined);
  return cell.record as unknown as Record<string, unknown>;
};

describe('a store whose tokens are encrypted', () => {
  it('keeps no token that can be read, and gives them back as they were', async () => {
    const cell = sharedCell();
    const store = encryptedStore(cell.open(), keyOf(1));
    const version = await store.write(record(3), undefined);
    expect(JSON.stringify(cell.record)).not.toContain('secret');
    expect(cell.record).toMatchObject({ v: 1, session: 'one', gen: 3, status: 'active' });
    expect(await store.read()).toEqual({ value: record(3), version });
  });

  it('never encrypts the same to the same', async () => {
    const cell = sharedCell();
    const store = encryptedStore(cell.open(), keyOf(1));
    await store.write(record(1), await put(store, record(1)));
    const [first, second] = cell.history.map(
      (one) => (one as unknown as { encoded: string }).encoded,
    );
    expect(first).not.toBe(second);
  });

  it('stores a tombstone as it is: there is nothing in it to hide', async () => {
    const cell = sharedCell();
    const tombstone: SessionRecord = {
      v: 1,
      session: 'one',
      gen: 3,
      status: 'signedOut',
      issuedAt: 1,
      turn: 1,
    };
    await encryptedStore(cell.open(), keyOf(1)).write(tombstone, undefined);
    expect(cell.record).toEqual(tombstone);
  });

  it('reads what was stored before there was a key, and encrypts it with the next write', async () => {
    const cell = sharedCell({ access_token: 'secret-bare', refresh_token: 'secret-rt' });
    const tokens = createTokenManager({
      store: encryptedStore(cell.open(), keyOf(1)),
      refresh: async () => ({
        accessToken: 'secret-new',
        refreshToken: 'secret-rt-2',
        expiresAt: Date.now() + 3_600_000,
      }),
    });
    expect((await tokens.getToken())?.accessToken).toBe('secret-bare');
    expect((await tokens.refresh()).accessToken).toBe('secret-new');
    expect(cell.history.length).toBeGreaterThan(1);
    expect(JSON.stringify(cell.history)).not.toContain('secret');
    await tokens.close();
  });

  it('decrypts with any of its keys and encrypts with the first', async () => {
    const cell = sharedCell();
    const [old, both, fresh] = [[keyOf(1)], [keyOf(2), keyOf(1)], [keyOf(2)]].map((keys) =>
      encryptedStore(cell.open(), keys),
    ) as [TokenStore, TokenStore, TokenStore];
    const version = await put(old, record(1));
    expect((await both.read())?.value).toEqual(record(1));
    await both.write(record(2), version);
    expect((await fresh.read())?.value).toEqual(record(2));
  });

  it('hands on the name, the lock, the home and the subscription', async () => {
    const [inner, cell] = [memoryStore(), sharedCell()];
    const store = encryptedStore(inner, keyOf(1));
    expect([store.name, store.lock, store.home]).toEqual([inner.name, inner.lock, inner.home]);
    let heard = 0;
    const stop = encryptedStore(cell.open(), keyOf(1)).subscribe?.(() => heard++);
    cell.notify();
    stop?.();
    cell.notify();
    await settle();
    expect(heard).toBe(1);
    expect(encryptedStore(cell.open({ subscribe: false }), keyOf(1)).subscribe).toBeUndefined();
  });
});

describe('the key of an encrypted store', () => {
  it.each([16, 32])('takes a key of %i bytes', async (length) => {
    const store = encryptedStore(memoryStore(), new Uint8Array(length).fill(7));
    await store.write(record(3), undefined);
    expect((await store.read())?.value).toEqual(record(3));
  });

  it('asks a key function when the key is needed first, once, and again after it failed', async () => {
    const cell = sharedCell();
    let asked = 0;
    const store = encryptedStore(cell.open(), async () => {
      if (++asked === 1) throw new Error('the keychain is locked');
      return keyOf(1);
    });
    expect(asked).toBe(0);
    await expect(store.write(record(1), undefined)).rejects.toThrow('the keychain is locked');
    await store.write(record(2), await put(store, record(1)));
    expect((await store.read())?.value).toEqual(record(2));
    expect(asked).toBe(2);
  });

  it.each<[string, () => PromiseLike<Uint8Array>]>([
    ['rejects', () => Promise.reject(new Error('the keychain is locked'))],
    [
      'throws',
      () => {
        throw new Error('the keychain is locked');
      },
    ],
  ])(
    'whose key function %s is down, not another’s: the session is read once the key is there',
    async (_, locked) => {
      const cell = sharedCell();
      await encryptedStore(cell.open(), keyOf(1)).write(record(3), undefined);
      let key = locked;
      const tokens = createTokenManager({
        store: encryptedStore(cell.open(), () => key()),
        refresh: async () => ({ accessToken: 'new' }),
      });
      await expect(tokens.getToken()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        cause: { message: expect.stringContaining('the keychain is locked') },
      });
      key = async () => keyOf(1);
      expect(await outcome(tokens.getToken())).toBe('secret-access-3');
    },
  );

  it('of several keys of which one cannot be had now is not replaced by tokens that may be older', async () => {
    const cell = sharedCell();
    await encryptedStore(cell.open(), keyOf(1)).write(record(3), undefined);
    const tokens = createTokenManager({
      store: encryptedStore(cell.open(), [
        keyOf(2),
        () => Promise.reject(new Error('the key service is down')),
      ]),
      refresh: async () => ({ accessToken: 'new' }),
    });
    await expect(
      tokens.setSession({ accessToken: 'secret-access-2', refreshToken: 'secret-refresh-2' }),
    ).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    expect(cell.record).toMatchObject({ session: 'one', gen: 3 });
  });

  it('of a key service that says it cannot be asked now is down', async () => {
    const cell = sharedCell();
    await encryptedStore(cell.open(), keyOf(1)).write(record(3), undefined);
    const store = encryptedStore(cell.open(), {
      encode: async () => 'x',
      decode: () => Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'KMS' })),
    });
    const tokens = createTokenManager({ store, refresh: async () => ({ accessToken: 'new' }) });
    await expect(tokens.getToken()).rejects.toMatchObject({ action: 'retry' });
  });

  it('that cannot be had now keeps nobody from signing out', async () => {
    const cell = sharedCell();
    await encryptedStore(cell.open(), keyOf(1)).write(record(3), undefined);
    const tokens = createTokenManager({
      store: encryptedStore(cell.open(), () => Promise.reject(new Error('locked'))),
      refresh: async () => ({ accessToken: 'new' }),
    });
    await tokens.signOut();
    expect(cell.record).toMatchObject({ status: 'signedOut' });
  });

  it('takes a codec, such as one of a key service', async () => {
    const cell = sharedCell();
    const seen: string[] = [];
    const store = encryptedStore(cell.open(), {
      encode: async (tokens, place) => {
        seen.push(place);
        return Buffer.from(JSON.stringify(tokens)).toString('hex');
      },
      decode: async (text) => JSON.parse(Buffer.from(text, 'hex').toString()) as TokenSet,
    });
    await store.write(record(2), undefined);
    expect((await store.read())?.value).toEqual(record(2));
    expect(seen).toEqual(['["cell","one",2]']);
  });

  it('takes a CryptoKey', async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    const store = encryptedStore(memoryStore(), key);
    await store.write(record(1), undefined);
    expect((await store.read())?.value).toEqual(record(1));
  });
});

describe('an encrypted store that holds what it cannot decrypt', () => {
  it.each<[string, number, (stored: Record<string, unknown>) => unknown]>([
    ['encrypted with another key', 2, (stored) => stored],
    ['moved to another session', 1, (stored) => ({ ...stored, session: 'other' })],
    ['moved to another generation', 1, (stored) => ({ ...stored, gen: 4 })],
    [
      'changed',
      1,
      (stored) => ({
        ...stored,
        encoded:
          `A${String(stored['encoded']).slice(1)}` === stored['encoded']
            ? 'B'
            : `A${String(stored['encoded']).slice(1)}`,
      }),
    ],
    ['cut off', 1, (stored) => ({ ...stored, encoded: String(stored['encoded']).slice(0, 20) })],
    ['no base64', 1, (stored) => ({ ...stored, encoded: '*' })],
  ])('refuses what was %s, and leaves it there', async (_what, key, change) => {
    const before = change(await encrypted());
    const cell = sharedCell(before);
    const tokens = createTokenManager({
      store: encryptedStore(cell.open(), keyOf(key)),
      refresh: async () => ({ accessToken: 'a' }),
    });
    await expect(tokens.getToken()).rejects.toMatchObject({
      code: 'ERR_STORE_RECORD',
      message: expect.stringContaining('"cell"'),
    });
    expect([cell.record, cell.writes]).toEqual([before, 0]);
    await tokens.close();
  });

  describe('31: tokens whose key was lost', () => {
    const lost = async (key: number) => {
      const before = await encrypted();
      const cell = sharedCell(before);
      let refreshes = 0;
      const tokens = createTokenManager({
        store: encryptedStore(cell.open(), keyOf(key)),
        refresh: async () => ({
          accessToken: `secret-${++refreshes}`,
          expiresAt: Date.now() + 1e6,
        }),
      });
      return { before, cell, tokens, refreshes: () => refreshes };
    };

    it.each([
      ['before anything was read', false],
      ['after it was seen', true],
    ])('are replaced by a sign-in, %s', async (_, asked) => {
      const { cell, tokens } = await lost(2);
      if (asked) expect(await outcome(tokens.getToken())).toBe('ERR_STORE_RECORD');
      await tokens.setSession({ accessToken: 'secret-again', refreshToken: 'secret-rt' });
      expect(await outcome(tokens.getToken())).toBe('secret-again');
      expect(cell.record).toMatchObject({ v: 1, gen: 0, status: 'active' });
      expect(cell.record?.session).not.toBe('one');
      expect(JSON.stringify(cell.history)).not.toContain('secret');
      await tokens.close();
    });

    it.each([
      ['before anything was read', false],
      ['after it was seen', true],
    ])('are replaced by a sign-out, %s', async (_, asked) => {
      const { cell, tokens } = await lost(2);
      if (asked) expect(await outcome(tokens.getToken())).toBe('ERR_STORE_RECORD');
      await tokens.signOut();
      expect([tokens.status, await tokens.getToken()]).toEqual(['signedOut', undefined]);
      expect(cell.record).toMatchObject({ v: 1, status: 'signedOut' });
      expect(JSON.stringify(cell.record)).not.toContain('encoded');
      await tokens.close();
    });

    it('are replaced by nothing else, and by no refresh', async () => {
      const { before, cell, tokens, refreshes } = await lost(2);
      for (const ask of [
        () => tokens.getToken(),
        () => tokens.ready(),
        () => tokens.refresh(),
        () => tokens.replaceRejected('secret-access-3'),
      ])
        expect(await outcome(ask())).toBe('ERR_STORE_RECORD');
      await tokens.close();
      expect([tokens.status, refreshes(), cell.writes, cell.record]).toEqual([
        'unknown',
        0,
        0,
        before,
      ]);
    });
  });

  it('refuses what was moved from another store', async () => {
    const cell = sharedCell();
    const named = (name: string): TokenStore => encryptedStore({ ...cell.open(), name }, keyOf(1));
    await named('session:ada').write(record(1), undefined);
    expect((await named('session:eve').read())?.unreadable).toMatchObject({
      code: 'ERR_STORE_RECORD',
      message: expect.stringContaining('"session:eve"'),
    });
    expect((await named('session:ada').read())?.value).toEqual(record(1));
  });

  it('is not a session for a manager without the key', async () => {
    const cell = sharedCell(await encrypted());
    const tokens = createTokenManager({
      store: cell.open(),
      refresh: async () => ({ accessToken: 'a' }),
    });
    await expect(tokens.getToken()).rejects.toMatchObject({ code: 'ERR_STORE_RECORD' });
    await tokens.close();
  });
});

describe('what an encrypted store is given', () => {
  it.each<[string, () => unknown]>([
    ['encryptedStore: key: expected at least one', () => encryptedStore(memoryStore(), [])],
    [
      'encryptedStore: key: expected 16 or 32 bytes, got 31',
      () => encryptedStore(memoryStore(), new Uint8Array(31)),
    ],
    [
      'encryptedStore: key: expected a Uint8Array, a CryptoKey for AES-GCM, or a codec with encode() and decode(), got string',
      () => encryptedStore(memoryStore(), 'secret' as never),
    ],
    [
      'encryptedStore: key: expected a Uint8Array, a CryptoKey for AES-GCM, or a codec with encode() and decode(), got undefined',
      () => encryptedStore(memoryStore(), undefined as never),
    ],
    [
      'encryptedStore: store: expected an object with read(), write(), got undefined',
      () => encryptedStore(undefined as never, keyOf(1)),
    ],
  ])('says what is wrong: %s', (message, run) => {
    expect(run).toThrow(new TypeError(message));
  });
});
