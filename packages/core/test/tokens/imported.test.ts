// Tokens that another program, an older version of an app, or a client library left in a store.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTokenManager, type TokenSet } from '../../src/index.ts';
import { readTokenSet } from '../../src/tokens/read-token-set.ts';
import { testClock } from '../support/clock.ts';
import { jwt } from '../support/jwt.ts';
import { outcome } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const clock = testClock();
const NOW = clock.now();
const HOUR = 3_600_000;

/** What callers get of a stored value that nobody has to refresh, besides which session it is. */
async function found(value: unknown): Promise<unknown> {
  const tokens = createTokenManager({
    clock: testClock(),
    store: sharedCell(value).open(),
    refresh: () => Promise.reject(new Error('refreshed')),
  });
  const { session, generation, ...token } = (await tokens.getToken()) ?? {};
  expect([session?.startsWith('imported-'), generation]).toEqual([true, 0]);
  await tokens.close();
  return token;
}

describe('a stored expiry by another name', () => {
  const expected = { accessToken: 'a', expiresAt: NOW + HOUR };
  it.each<[string, unknown]>([
    ['expires_at', (NOW + HOUR) / 1000],
    ['expires_at', String((NOW + HOUR) / 1000)],
    ['expires_at', NOW + HOUR],
    ['expires_at', new Date(NOW + HOUR).toISOString()],
    ['expires_on', (NOW + HOUR) / 1000],
    ['expires_on', String((NOW + HOUR) / 1000)],
    ['expires_on', new Date(NOW + HOUR).toUTCString()],
    ['expiresOn', new Date(NOW + HOUR).toISOString()],
    ['expires', new Date(NOW + HOUR).toISOString()],
    ['expires', (NOW + HOUR) / 1000],
    ['expires', NOW + HOUR],
    ['expiry_date', NOW + HOUR],
    ['expiry', new Date(NOW + HOUR).toISOString()],
  ])('%s: %j is read', async (name, value) => {
    expect(await found({ access_token: 'a', [name]: value })).toEqual(expected);
    expect(await found({ accessToken: 'a', [name]: value })).toEqual(expected);
  });

  it('that counts from a moment that nobody knows is ignored, and the JWT decides', async () => {
    const accessToken = jwt({ exp: (NOW + HOUR) / 1000 });
    for (const relative of [{ expires_in: 60 }, { expires_in: '60' }, { expiresIn: 60 }])
      expect(await found({ access_token: accessToken, ...relative })).toMatchObject({
        expiresAt: NOW + HOUR,
      });
    expect(await found({ access_token: 'a', expires_in: 3600 })).toEqual({ accessToken: 'a' });
  });

  it('that counts from a moment beside it is counted from there', async () => {
    const stored = { access_token: 'a', expires_in: 7200, created_at: (NOW - HOUR) / 1000 };
    expect(await found(stored)).toMatchObject({ expiresAt: NOW + HOUR });
  });
});

describe('other members', () => {
  it('of a stored set are kept, in either spelling, but no refresh token among them', async () => {
    const others = { id_token: 'i', tenant: 1, profile: { name: 'n' } };
    for (const tokens of [
      { access_token: 'a', refresh_token: 'r' },
      { accessToken: 'a', refreshToken: 'r', RefreshToken: 'r', AccessToken: 'a' },
    ])
      expect(await found({ ...tokens, ...others })).toEqual({ accessToken: 'a', extra: others });
    expect(
      await found({ accessToken: 'a', idToken: 'i', extra: { tenant: 1, idToken: 'explicit' } }),
    ).toEqual({ accessToken: 'a', extra: { tenant: 1, idToken: 'explicit' } });
  });
});

describe('what is written reads back', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic['self'] = cyclic;
  /** What the manager that signed in gives, and what a second one finds in the store: a token, or a refresh that failed. */
  const signedIn = async (tokens: unknown): Promise<unknown[]> => {
    const cell = sharedCell();
    const refresh = (): Promise<never> => Promise.reject(new Error('refreshed'));
    const first = createTokenManager({ clock: testClock(), store: cell.open(), refresh });
    await first.setSession(tokens as TokenSet);
    const second = createTokenManager({ clock: testClock(), store: cell.open(), refresh });
    const seen = [await outcome(second.getToken()), await outcome(first.getToken())];
    await Promise.all([first.close(), second.close()]);
    return seen;
  };

  it.each<[string, object]>([
    ['a JWT that expired in 1970', { accessToken: jwt({ exp: 1000 }) }],
    ['a JWT that expires after the end of time', { accessToken: jwt({ exp: 1e300 }) }],
    ['a date in extra', { extra: { at: new Date(0) } }],
    ['a member with a toJSON', { extra: { at: { toJSON: () => 'text' } } }],
    ['undefined, NaN and functions in extra', { extra: { a: undefined, b: Number.NaN, c() {} } }],
    ['a member named __proto__', { extra: JSON.parse('{"__proto__":{"x":1},"y":2}') }],
    ['an expiry that never comes', { expiresAt: Number.POSITIVE_INFINITY }],
    ['an expiry before the epoch', { expiresAt: -1 }],
    ['a map in extra', { extra: { map: new Map([['a', 1]]) } }],
  ])('with %s', async (_, odd) => {
    const [there, here] = await signedIn({ accessToken: 'a', refreshToken: 'r', ...odd });
    expect(there).toEqual(here);
    expect(there).not.toBe('ERR_STORE_RECORD');
  });

  it.each<[string, object]>([
    ['an extra with a toJSON that gives a string', { extra: { toJSON: () => 'text' } }],
    ['an extra with a cycle', { extra: cyclic }],
    ['a BigInt in extra', { extra: { big: 1n } }],
    ['an extra that is a list', { extra: [1] }],
    [
      'a getter in extra that throws',
      {
        extra: Object.defineProperty({}, 'x', {
          enumerable: true,
          get: () => {
            throw new Error('hostile');
          },
        }),
      },
    ],
  ])('%s is refused before it is written', async (_, odd) => {
    const cell = sharedCell();
    const tokens = createTokenManager({
      clock: testClock(),
      store: cell.open(),
      refresh: () => Promise.reject(new Error('x')),
    });
    const given = { accessToken: 'a', refreshToken: 'r', ...odd } as TokenSet;
    await expect(tokens.setSession(given)).rejects.toThrow(
      /^setSession: extra: expected an object that JSON can hold/,
    );
    expect(cell.record).toBeUndefined();
    const refresh = () => Promise.reject(new Error('x'));
    expect(() => createTokenManager({ tokens: given, refresh })).toThrow(
      /^tokens: extra: expected an object that JSON can hold/,
    );
    await tokens.close();
  });

  it('whatever a login gives', async () => {
    const text = fc.stringMatching(/^[!-~]{1,20}$/);
    const whatever = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
    });
    const tokens = fc.record(
      {
        accessToken: fc.oneof(
          text,
          fc
            .record(
              { exp: fc.oneof(fc.double(), fc.integer()), iat: fc.integer() },
              { requiredKeys: [] },
            )
            .map(jwt),
        ),
        refreshToken: text,
        expiresAt: fc.oneof(fc.double(), fc.integer(), fc.date().map(Number)),
        expires_in: fc.oneof(fc.double(), fc.integer()),
        expires_at: whatever,
        extra: fc.oneof(whatever, fc.dictionary(fc.string(), whatever)),
        other: whatever,
      },
      { requiredKeys: ['accessToken'] },
    );
    await fc.assert(
      fc.asyncProperty(
        tokens,
        fc.constantFrom('answer', 'given', 'stored'),
        async (given, origin) => {
          const { problem, tokens: first } = readTokenSet(given, NOW, origin);
          if (problem !== undefined) return;
          const again = readTokenSet(JSON.parse(JSON.stringify(first)), NOW, 'stored');
          expect(again.problem).toBeUndefined();
          expect(again.tokens).toEqual(first);
          const [there, here] = await signedIn(first);
          expect(there).toEqual(here);
        },
      ),
      { numRuns: 300 },
    );
  });
});
