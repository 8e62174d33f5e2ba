import { describe, expect, it } from '@jest/globals';
import { encryptedStore, type SessionRecord, sharedStore, type TokenStore } from 'unexpired';
import { codecOf } from '../src/data/codec.ts';

const RECORD: SessionRecord = {
  ...{ v: 1, session: 'one', gen: 4, status: 'active', issuedAt: 0, turn: 1 },
  tokens: { accessToken: 'access-ü-€-😀'.repeat(20), refreshToken: 'refresh', scope: 'a b' },
};
const PLACE = JSON.stringify(['acme:42', 'one', 4]);
const [ONE, OTHER] = [32, 16].map((length) => new Uint8Array(length).fill(length)) as [
  Uint8Array,
  Uint8Array,
];

/** As Node says it, of a tag that is not this one, or too short, and of a nonce that is cut. */
const REFUSED = /authenticat|initialization vector/i;

/** One row. */
function row(): TokenStore {
  let stored: { value: SessionRecord; version: string } | undefined;
  return sharedStore({
    name: 'acme:42',
    read: async () => stored,
    async write(value) {
      stored = { value, version: '1' };
      return '1';
    },
  });
}

describe('the encryption on this thread', () => {
  it.each([
    ['32', ONE],
    ['16', OTHER],
  ])(
    'reads what encryptedStore writes, and writes what it reads: %s bytes of key',
    async (_size, key) => {
      const pairs = [
        [key, codecOf([key])],
        [codecOf([key]), key],
      ] as const;
      for (const [writing, reading] of pairs) {
        const store = row();
        await encryptedStore(store, writing).write(RECORD, undefined);
        expect(JSON.stringify(await store.read())).not.toContain('access');
        expect((await encryptedStore(store, reading).read())?.value).toEqual(RECORD);
      }
    },
  );

  it('encrypts with the first key, and decrypts with any', async () => {
    const tokens = { accessToken: 'a' };
    const old = await codecOf([OTHER]).encode(tokens, PLACE);
    const both = codecOf([ONE, OTHER]);
    expect(await both.decode(old, PLACE)).toEqual(tokens);
    const text = await both.encode(tokens, PLACE);
    expect(await codecOf([ONE]).decode(text, PLACE)).toEqual(tokens);
    expect(await both.encode(tokens, PLACE)).not.toBe(text); // a nonce of its own
  });

  it('keeps its own copy of the key', async () => {
    const key = Uint8Array.from(ONE);
    const codec = codecOf([key]);
    key.fill(0);
    expect(
      await codecOf([ONE]).decode(await codec.encode({ accessToken: 'a' }, PLACE), PLACE),
    ).toEqual({
      accessToken: 'a',
    });
  });

  it('refuses a text for another place, of another key, changed anywhere, or cut', async () => {
    const text = await codecOf([ONE]).encode({ accessToken: 'a' }, PLACE);
    const bytes = Buffer.from(text, 'base64');
    const changed = [...bytes.keys()].map((at) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] as number) ^ 1;
      return other;
    });
    const cut = [...bytes.keys()].map((length) => bytes.subarray(0, length));
    for (const bad of [...changed, ...cut])
      await expect(codecOf([ONE]).decode(bad.toString('base64'), PLACE)).rejects.toThrow(REFUSED);
    await expect(codecOf([ONE]).decode(text, '["acme:43","one",4]')).rejects.toThrow(REFUSED);
    await expect(codecOf([OTHER]).decode(text, PLACE)).rejects.toThrow(REFUSED);
  });
});
