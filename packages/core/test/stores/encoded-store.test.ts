import { describe, expect, it } from '@jest/globals';
import { storeContract } from '../../../testing/src/index.ts';
import {
  aesGcmCodec,
  createTokenManager,
  encodedStore,
  memoryStore,
  type SessionRecord,
  type TokenSet,
  type TokenStore,
} from '../../src/index.ts';
import { settle } from '../support/clock.ts';
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
});

storeContract(
  { describe, it },
  {
    name: 'a memory store that is encrypted',
    async create() {
      const store = encodedStore(memoryStore(), aesGcmCodec(keyOf(1)));
      return { open: () => store };
    },
  },
);

describe('a store whose tokens are encrypted', () => {
  it('keeps no token that can be read, and gives them back as they were', async () => {
    const cell = sharedCell();
    const store = encodedStore(cell.open(), aesGcmCodec(keyOf(1)));
    const version = await store.write(record(3), undefined);
    expect(JSON.stringify(cell.record)).not.toContain('secret');
    expect(cell.record).toMatchObject({ v: 1, session: 'one', gen: 3, status: 'active' });
    expect(await store.read()).toEqual({ value: record(3), version });
  });

  it('never encrypts the same to the same', async () => {
    const cell = sharedCell();
    const store = encodedStore(cell.open(), aesGcmCodec(keyOf(1)));
    await store.write(record(1), await store.write(record(1), undefined));
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
    };
    await encodedStore(cell.open(), aesGcmCodec(keyOf(1))).write(tombstone, undefined);
    expect(cell.record).toEqual(tombstone);
  });

  it('reads what was stored before there was a key, and encrypts it with the next write', async () => {
    const cell = sharedCell({ access_token: 'secret-bare', refresh_token: 'secret-rt' });
    const tokens = createTokenManager({
      store: encodedStore(cell.open(), aesGcmCodec(keyOf(1))),
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
      encodedStore(cell.open(), aesGcmCodec(keys)),
    ) as [TokenStore, TokenStore, TokenStore];
    const version = await old.write(record(1), undefined);
    expect((await both.read())?.value).toEqual(record(1));
    await both.write(record(2), version);
    expect((await fresh.read())?.value).toEqual(record(2));
  });

  it.each([16, 32])('takes a key of %i bytes', async (length) => {
    const store = encodedStore(memoryStore(), aesGcmCodec(new Uint8Array(length).fill(7)));
    await store.write(record(3), undefined);
    expect((await store.read())?.value).toEqual(record(3));
  });

  it('tells who uses the codec alone why a text could not be decrypted', async () => {
    const text = await aesGcmCodec(keyOf(1)).encode(record(1).tokens as TokenSet, 'place');
    await expect(aesGcmCodec([keyOf(2), keyOf(3)]).decode(text, 'place')).rejects.toMatchObject({
      name: 'OperationError',
    });
  });

  it('takes a CryptoKey', async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]);
    const store = encodedStore(memoryStore(), aesGcmCodec(key));
    await store.write(record(1), undefined);
    expect((await store.read())?.value).toEqual(record(1));
  });

  const encrypted = async (): Promise<Record<string, unknown>> => {
    const cell = sharedCell();
    await encodedStore(cell.open(), aesGcmCodec(keyOf(1))).write(record(3), undefined);
    return cell.record as unknown as Record<string, unknown>;
  };
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
      store: encodedStore(cell.open(), aesGcmCodec(keyOf(key))),
      refresh: async () => ({ accessToken: 'a' }),
    });
    await expect(tokens.getToken()).rejects.toMatchObject({
      code: 'ERR_STORE_RECORD',
      message: expect.stringContaining('"cell"'),
    });
    expect([cell.record, cell.writes]).toEqual([before, 0]);
    await tokens.close();
  });

  it('refuses what was moved from another store', async () => {
    const cell = sharedCell();
    const named = (name: string): TokenStore =>
      encodedStore({ ...cell.open(), name }, aesGcmCodec(keyOf(1)));
    await named('session:ada').write(record(1), undefined);
    await expect(named('session:eve').read()).rejects.toMatchObject({ code: 'ERR_STORE_RECORD' });
    expect((await named('session:ada').read())?.value).toEqual(record(1));
  });

  it('is not a session for who has no key', async () => {
    const cell = sharedCell(await encrypted());
    const tokens = createTokenManager({
      store: cell.open(),
      refresh: async () => ({ accessToken: 'a' }),
    });
    await expect(tokens.getToken()).rejects.toMatchObject({ code: 'ERR_STORE_RECORD' });
    await tokens.close();
  });

  it('hands on the name, the lock, the subscription and whether it is shared', async () => {
    const [inner, cell] = [memoryStore(), sharedCell()];
    const store = encodedStore(inner, aesGcmCodec(keyOf(1)));
    expect([store.name, store.lock, store.shared]).toEqual([inner.name, inner.lock, false]);
    let heard = 0;
    const stop = encodedStore(cell.open(), aesGcmCodec(keyOf(1))).subscribe?.(() => heard++);
    cell.notify();
    stop?.();
    cell.notify();
    await settle();
    expect(heard).toBe(1);
    expect(
      encodedStore(cell.open({ subscribe: false }), aesGcmCodec(keyOf(1))).subscribe,
    ).toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    ['aesGcmCodec: key: expected at least one', () => aesGcmCodec([])],
    ['aesGcmCodec: key: expected 16 or 32 bytes, got 31', () => aesGcmCodec(new Uint8Array(31))],
    [
      'aesGcmCodec: key: expected a Uint8Array or a CryptoKey for AES-GCM, got string',
      () => aesGcmCodec('secret' as never),
    ],
    [
      'encodedStore: store: expected an object with read(), write(), got undefined',
      () => encodedStore(undefined as never, aesGcmCodec(keyOf(1))),
    ],
    [
      'encodedStore: codec: expected an object with encode(), decode(), got undefined',
      () => encodedStore(memoryStore(), undefined as never),
    ],
  ])('says what is wrong: %s', (message, run) => {
    expect(run).toThrow(new TypeError(message));
  });
});
