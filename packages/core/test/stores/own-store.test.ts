// Stores of one's own, as people write them first: what a driver gives is handed on, and what it is given is changed.
import { describe, expect, it } from '@jest/globals';
import {
  createTokenManager,
  encryptedStore,
  type RefreshFunction,
  type SessionRecord,
  sharedStore,
  type StoreCell,
  type TokenStore,
  type TokenSet,
} from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { outcome } from '../support/session.ts';
import { type SharedCell, sharedCell } from '../support/shared-cell.ts';

type Cell = Pick<StoreCell, 'read' | 'write'>;
type Write = StoreCell['write'];
const refresh: RefreshFunction = async () => ({ accessToken: 'next' });

/** A store over `cell` in which some of the methods are written differently. */
const written = (
  cell: SharedCell,
  differently: (store: TokenStore) => { readonly read?: unknown; readonly write?: unknown },
): TokenStore => {
  const { read, write } = cell.open();
  return sharedStore({ name: 'own', ...({ read, write, ...differently(cell.open()) } as Cell) });
};

describe('a write of one’s own', () => {
  it.each<[string, (version: string | undefined) => unknown]>([
    ['true and false', (version) => version !== undefined],
    ['how many rows it has changed', (version) => Number(version !== undefined)],
    ['a result of its driver', (version) => ({ changes: Number(version !== undefined) })],
    ['a number for a version', (version) => version && 17],
  ])('that gives %s is no compare-and-set: the sign-in says what is wrong', async (_, answer) => {
    const cell = sharedCell();
    const store = written(cell, ({ write }) => ({
      write: async (...args: Parameters<Write>) => answer((await write(...args)) ?? undefined),
    }));
    const tokens = createTokenManager({ store, refresh });
    const signingIn = tokens.setSession({ accessToken: 'first' });
    await expect(signingIn).rejects.toMatchObject({
      code: 'ERR_STORE_RECORD',
      message: expect.stringMatching(
        /^Store "own": write\(\): expected the new version, a string, or undefined where somebody else was first, got /,
      ),
    });
  });

  it('that gives false where somebody else was first is understood: one redemption for two', async () => {
    const cell = sharedCell({ accessToken: 'a', refreshToken: 'r', expiresAt: 0 });
    const clock = testClock();
    let redeemed = 0;
    const managers = [1, 2].map(() =>
      createTokenManager({
        clock,
        store: written(cell, ({ write }) => ({
          write: async (...args: Parameters<Write>) => (await write(...args)) ?? false,
        })),
        refresh: async () => ({ accessToken: `next-${++redeemed}`, refreshToken: 'r2' }),
      }),
    );
    const asked = Promise.all(managers.map((manager) => outcome(manager.getToken())));
    await settle();
    await clock.advance(5000);
    expect([await asked, redeemed]).toEqual([['next-1', 'next-1'], 1]);
  });
});

describe('a read of one’s own', () => {
  it.each<[string, (cell: SharedCell) => unknown]>([
    ['the record alone', (cell) => cell.record],
    ['the text of the record', (cell) => JSON.stringify(cell.record)],
    ['the record without a version', (cell) => ({ value: cell.record })],
    ['a version that is no text', (cell) => ({ value: cell.record, version: 1 })],
    ['a list of rows', () => []],
  ])('that gives %s is a matter of the set-up, not a sign-out', async (_, answer) => {
    const cell = sharedCell({ accessToken: 'a', refreshToken: 'r' });
    const tokens = createTokenManager({
      store: written(cell, () => ({ read: async () => answer(cell) })),
      refresh,
    });
    await expect(tokens.getToken()).rejects.toMatchObject({
      code: 'ERR_STORE_RECORD',
      message: expect.stringMatching(
        /^Store "own": read\(\): expected \{ value, version \}, the version a string, got /,
      ),
    });
    expect(tokens.status).toBe('unknown');
  });

  it.each([null, undefined, false, 0, ''])('may give %p where nothing is', async (nothing) => {
    const store = written(sharedCell(), () => ({ read: async () => nothing }));
    expect(await createTokenManager({ store, refresh }).ready()).toBe('signedOut');
  });
});

describe('what is known here is not changed by', () => {
  const others = (record: SessionRecord): void => {
    const changed = record as unknown as { tokens: { accessToken: string }; _id: number };
    changed._id = 1; // as a driver of a document database does
    changed.tokens.accessToken = 'changed';
    changed.tokens = { accessToken: 'encrypted' };
  };

  it('a store that changes the record it writes', async () => {
    const cell = sharedCell();
    const store = written(cell, ({ write }) => ({
      write: async (record: SessionRecord, expected: string | undefined) => {
        const version = await write(record, expected);
        others(record);
        return version;
      },
    }));
    const tokens = createTokenManager({ store, refresh });
    await tokens.setSession({ accessToken: 'first', refreshToken: 'r' });
    expect(await outcome(tokens.getToken())).toBe('first');
  });

  it('a codec that changes the tokens it encodes', async () => {
    const store = encryptedStore(sharedCell().open(), {
      async encode(tokens) {
        const text = JSON.stringify(tokens);
        (tokens as { accessToken: string }).accessToken = text;
        return text;
      },
      decode: async (text) => JSON.parse(text) as TokenSet,
    });
    const tokens = createTokenManager({ store, refresh });
    await tokens.setSession({ accessToken: 'first' });
    expect(await outcome(tokens.getToken())).toBe('first');
  });

  it('a refresh function that writes its answer into what it was given: the old refresh token is known to be spent', async () => {
    const tokens = createTokenManager({
      tokens: { accessToken: 'a', refreshToken: 'r', expiresAt: 0 },
      refresh: async (current) =>
        Object.assign(current, { accessToken: 'next', refreshToken: 'r2', expiresAt: undefined }),
    });
    expect(await outcome(tokens.getToken())).toBe('next');
    await tokens.setSession({ accessToken: 'a', refreshToken: 'r' }); // a library announces what it holds
    expect(await outcome(tokens.getToken())).toBe('next');
  });
});

describe('tokens that a codec encodes', () => {
  it.each<[string, unknown]>([
    ['bytes', new Uint8Array([1, 2])],
    ['a result of its service', { CiphertextBlob: 'x' }],
    ['nothing', undefined],
    ['an empty text', ''],
  ])(
    'to %s are not written, since they could not be read again: the sign-in rejects at once',
    async (_, encoded) => {
      const cell = sharedCell();
      const store = encryptedStore(cell.open(), {
        encode: async () => encoded as string,
        decode: async () => ({ accessToken: 'other' }),
      });
      const signingIn = createTokenManager({ store, refresh }).setSession({ accessToken: 'first' });
      await expect(signingIn).rejects.toMatchObject({
        delivery: 'answered',
        cause: {
          message: expect.stringMatching(/^encode\(\): expected a string that is not empty, got /),
        },
      });
      expect(cell.record).toBeUndefined();
    },
  );
});
