import { describe, expect, it } from '@jest/globals';
import type { Origin } from '../../src/tokens/read-expiry.ts';
import { readTokenSet, requireTokenSet } from '../../src/tokens/read-token-set.ts';
import { jwt } from '../support/jwt.ts';
import { NOW, read } from '../support/token-sets.ts';

describe('the expiry of a JWT', () => {
  const at = (iat: number, exp: number): string =>
    jwt({ iat: NOW / 1000 + iat, exp: NOW / 1000 + exp });
  const accessToken = at(-86_400, -85_800); // a server whose clock is a day behind
  it('counts from the call that issued it, whatever the two clocks say', () => {
    expect(read({ accessToken }).tokens.expiresAt).toBe(NOW + 600_000);
  });
  it('is taken as it stands when nobody knows when it was issued', () => {
    expect(read({ accessToken }, 'stored').tokens.expiresAt).toBe(NOW - 85_800_000);
  });
  it('is taken as it stands when it was over before it began', () => {
    expect(read({ accessToken: at(1600, 1000) }).tokens.expiresAt).toBe(NOW + 1_000_000);
    expect(read({ accessToken: at(1000, 1000) }).tokens.expiresAt).toBe(NOW + 1_000_000);
  });
  it('is taken as it stands when somebody signs in with it: nobody knows how long they have had it', () => {
    expect(requireTokenSet({ accessToken }, NOW, 'setSession').expiresAt).toBe(NOW - 85_800_000);
  });
  it.each([1000, 0, -5, 99_999_999])(
    'that was over in 1973, %d, is over: it would be taken for seconds',
    (exp) => {
      expect(read({ accessToken: jwt({ exp }) }).tokens.expiresAt).toBe(0);
      expect(readTokenSet({ accessToken: jwt({ exp: 1000 }) }, 0, 'stored').tokens.expiresAt).toBe(
        1_000_000,
      );
    },
  );
  it('that was over before 1970 is over, also where the clock here stands there', () => {
    expect(readTokenSet({ accessToken: jwt({ exp: -5 }) }, 0, 'stored').tokens.expiresAt).toBe(0);
  });
});

describe('an expiry by another name', () => {
  const expiry = (members: object, origin: Origin = 'answer') => {
    const { tokens, problem, warning, absoluteOnly } = readTokenSet(
      { accessToken: 'a', ...members },
      NOW,
      origin,
    );
    expect(problem).toBeUndefined();
    return [
      tokens.expiresAt === undefined ? undefined : tokens.expiresAt - NOW,
      warning !== undefined,
      absoluteOnly,
    ];
  };
  const seconds = NOW / 1000 + 60;
  const iso = new Date(NOW + 60_000).toISOString();
  const names = [
    'expires_at',
    'expires_on',
    'expiresOn',
    'expires',
    'expiry_date',
    'expiryDate',
    'expiry',
    'expiration',
    'expirationTime',
  ];
  const values = [
    seconds,
    String(seconds),
    seconds * 1000,
    iso,
    new Date(NOW + 60_000),
    new Date(NOW + 60_000).toUTCString(),
  ];

  it.each(names)('%s is a moment, in seconds, ms or a text', (name) => {
    for (const value of values)
      for (const origin of ['answer', 'given', 'stored'] as const)
        expect(expiry({ [name]: value }, origin)).toEqual([60_000, false, true]);
  });

  it.each(names)('%s that names no moment is ignored, with a word about it', (name) => {
    for (const value of [
      ...['soon', 3600, '3600', {}, true, Number.NaN, 'May', new Date(Number.NaN), new Date(0)],
      ...['from 2027-01-01', 'x2027-01-01', '1/2/27'],
    ])
      expect(expiry({ [name]: value })).toEqual([undefined, true, undefined]);
    for (const value of [0, null, undefined])
      expect(expiry({ [name]: value })).toEqual([undefined, false, undefined]);
  });

  it.each(['2027-01-02', ' 2027-01-02T03:04:05Z', '1/2/2027', '11/22/2027', 'Sat, 02 Jan 2027'])(
    '%p is a date',
    (text) => {
      expect(expiry({ expires: text })).toEqual([Date.parse(text.trim()) - NOW, false, true]);
    },
  );

  it('a number is seconds up to the year 5138, and no moment where that would be before 1973', () => {
    const march1973 = 100_000_000_000;
    expect(expiry({ expires_at: march1973 })[0]).toBe(march1973 - NOW);
    expect(expiry({ expires_at: march1973 / 1000 })[0]).toBe(march1973 - NOW);
    expect(expiry({ expires_at: march1973 - 1 })[0]).toBe((march1973 - 1) * 1000 - NOW);
    expect(expiry({ expires_at: march1973 / 1000 - 1 })).toEqual([undefined, true, undefined]);
  });

  it('gives way to expires_in, and goes before the lifetime of a JWT', () => {
    expect(expiry({ expires_in: 300, expires_at: seconds })).toEqual([300_000, false, undefined]);
    const accessToken = jwt({ iat: NOW / 1000, exp: NOW / 1000 + 300 });
    expect(expiry({ accessToken, expires_at: seconds })[0]).toBe(60_000);
    expect(expiry({ expires_in: 300, expiresAt: NOW + 60_000 })[0]).toBe(60_000);
  });

  it('is no member of extra', () => {
    for (const name of names)
      expect(
        readTokenSet({ access_token: 'a', [name]: seconds }, NOW, 'answer').tokens.extra,
      ).toBeUndefined();
  });

  it.each([
    [60, 60_000],
    ['60', 60_000],
    [86_400, 86_400_000],
    [999_999, 999_999_000],
  ])('expiresIn %p is taken for seconds', (expiresIn, ms) => {
    expect(expiry({ expiresIn })).toEqual([ms, false, undefined]);
    expect(expiry({ expiresIn }, 'given')).toEqual([ms, false, undefined]);
    expect(expiry({ expiresIn }, 'stored')).toEqual([undefined, true, undefined]);
    expect(expiry({ access_token: 'a', expiresIn })).toEqual([ms, false, undefined]);
  });

  it.each([1_000_000, 3_600_000, '15m', {}])(
    'expiresIn %p, which may be anything, is not',
    (expiresIn) => {
      expect(expiry({ expiresIn })).toEqual([undefined, true, undefined]);
    },
  );

  it('expiresIn is asked last', () => {
    expect(expiry({ expiresIn: 5, expires_in: 60 })[0]).toBe(60_000);
    expect(expiry({ expiresIn: 5, expires_at: seconds })[0]).toBe(60_000);
    expect(expiry({ expiresIn: 5, accessToken: jwt({ exp: seconds }) })[0]).toBe(60_000);
  });

  it.each(['issued_at', 'issuedAt', 'created_at', 'createdAt', 'obtained_at', 'obtainedAt'])(
    'a stored lifetime counts from %s',
    (name) => {
      for (const value of [seconds, String(seconds), seconds * 1000, iso])
        expect(expiry({ expires_in: 60, [name]: value }, 'stored')).toEqual([
          120_000,
          false,
          undefined,
        ]);
    },
  );

  it('a stored lifetime alone says nothing, and its own word is said', () => {
    expect(expiry({ expires_in: 60 }, 'stored')).toEqual([undefined, true, undefined]);
    expect(expiry({ expires_in: 'soon' }, 'stored')).toEqual([undefined, true, undefined]);
    expect(expiry({ expires_in: 0 }, 'stored')).toEqual([-NOW, false, undefined]);
    expect(expiry({ expires_in: 60, expires_at: seconds }, 'stored')).toEqual([
      60_000,
      false,
      true,
    ]);
  });

  it.each([
    [{ expiresAtSeconds: seconds }, true],
    [{ token_expiry: 60 }, true],
    [{ validUntil: iso }, true],
    [{ ttl: 60 }, true],
    [{ lifetime: 60 }, true],
    [{ next_expires: 60 }, true],
    [
      {
        refresh_expires_in: 60,
        refreshTokenExpiresAt: 1,
        id_token_expires_in: 1,
        idTokenExpires: 1,
        session_expires: 1,
        ext_expires_in: 1,
      },
      false,
    ],
    [{ settled: true, throttle: 1 }, false],
    [{ validUntil: iso, expires_in: 60 }, false],
    [{ ['x'.repeat(50) + 'expires']: 1, 'expires secret text': 1 }, false],
  ])('%j is warned of: %p', (members, warned) => {
    expect(expiry(members)[1]).toBe(warned);
  });

  it('a warning names the member, not its value', () => {
    const { warning } = readTokenSet({ accessToken: 'a', token_expiry: 'secret' }, NOW, 'answer');
    expect(warning).toMatch(/^"token_expiry" looks like an expiry .*expires_in \(seconds\)/);
    expect(warning).not.toContain('secret');
  });

  it('a moment that has passed on arrival gives way to a lifetime, and is said to be alone where there is none', () => {
    const late = { expiresAt: NOW - 60_000 };
    expect(expiry(late)).toEqual([-60_000, false, true]);
    expect(expiry({ ...late, expires_in: 300 })).toEqual([300_000, false, undefined]);
    const token = jwt({ iat: NOW / 1000 - 360, exp: NOW / 1000 - 60 });
    expect(expiry({ ...late, accessToken: token })).toEqual([300_000, false, undefined]);
    expect(expiry({ accessToken: jwt({ exp: NOW / 1000 - 60 }) })).toEqual([-60_000, false, true]);
    expect(expiry({ ...late, expires_in: 300 }, 'given')[0]).toBe(-60_000);
    expect(expiry({ expiresAt: NOW, expires_in: 300 })[0]).toBe(300_000);
  });
});
