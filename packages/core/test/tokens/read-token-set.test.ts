import { describe, expect, it } from '@jest/globals';
import { readTokenSet, requireTokenSet } from '../../src/tokens/read-token-set.ts';
import { jwt } from '../support/jwt.ts';
import { NOW, read, UNSENDABLE, WRITTEN_OUT } from '../support/token-sets.ts';

describe('a token set', () => {
  it('is taken as it is, and what it does not name is kept as extra', () => {
    const tokens = {
      accessToken: 'a',
      refreshToken: 'r',
      tokenType: 'DPoP',
      expiresAt: NOW + 1,
      scope: 'x y',
      extra: { id: 1 },
    };
    expect(read({ ...tokens, other: 1, id: 2 })).toEqual({
      tokens: { ...tokens, extra: { id: 1, other: 1 } },
      problem: undefined,
    });
  });

  it('may have undefined and null where nothing is said', () => {
    const nothing = {
      refreshToken: undefined,
      tokenType: null,
      expiresAt: undefined,
      scope: null,
      extra: null,
    };
    expect(read({ accessToken: 'a', ...nothing })).toEqual({
      tokens: { accessToken: 'a' },
      problem: undefined,
    });
  });

  it('needs no prototype', () => {
    expect(read(Object.assign(Object.create(null), { accessToken: 'a' })).problem).toBeUndefined();
  });

  it.each(UNSENDABLE)(
    'with the access token %p is refused, and that is not quoted',
    (accessToken) => {
      const { tokens, problem } = read({ accessToken });
      expect(tokens.accessToken).toBeUndefined();
      expect(problem).toMatch(/accessToken/);
      if (typeof accessToken === 'string' && accessToken !== '' && problem?.includes(accessToken))
        throw new Error('it was quoted');
    },
  );

  it.each(UNSENDABLE.filter((value) => value !== null))(
    'with the refresh token %p is refused, and keeps its access token',
    (refreshToken) => {
      const { tokens, problem } = read({ accessToken: 'a', refreshToken });
      expect(tokens).toEqual({ accessToken: 'a' });
      expect(problem).toMatch(/^refreshToken: expected/);
    },
  );

  it.each(WRITTEN_OUT)(
    'with the text "%s" for a token is refused: no request may carry it',
    (text) => {
      expect(read({ accessToken: text })).toEqual({
        tokens: {},
        problem: expect.stringMatching(`^accessToken: expected .*, got the text "${text}"$`),
      });
      expect(read({ accessToken: 'a', refreshToken: text }).problem).toMatch(
        /^refreshToken: expected/,
      );
    },
  );

  it.each(['undefined-1', 'not-null', 'nullish'])(
    'with the text "%s" for a token is taken: a token may say anything',
    (accessToken) => {
      expect(read({ accessToken })).toEqual({ tokens: { accessToken }, problem: undefined });
    },
  );

  it.each(['null and s3cr3t', 's3cr3t, not null', 's3cr3t bearer x'])(
    'with the access token "%s" is not told of something else',
    (accessToken) => {
      const { problem } = read({ accessToken });
      expect(problem).toMatch(/, got characters that no header may carry$/);
    },
  );

  it.each([
    ['Bearer s3cr3t', /, got a scheme in front of it; leave out "Bearer "$/],
    ['s3cr3t\n', /, got white space around it; trim it$/],
    ['s3cr3t two', /, got characters that no header may carry$/],
    ['', /, got an empty string$/],
    [42, /, got number$/],
  ])('with the access token %j is told what to write instead', (accessToken, message) => {
    const { problem } = read({ accessToken });
    expect(problem).toMatch(message);
    expect(problem).not.toMatch('s3cr3t');
  });

  it('that mixes the two spellings is read whole: a refresh token that was overlooked would be a session lost at the next refresh', () => {
    const whole = {
      tokens: { accessToken: 'a', refreshToken: 'r', tokenType: 'DPoP', expiresAt: NOW + 60_000 },
      problem: undefined,
    };
    expect(
      read({ accessToken: 'a', refresh_token: 'r', token_type: 'DPoP', expires_in: 60 }),
    ).toEqual(whole);
    expect(
      read({ access_token: 'a', refreshToken: 'r', tokenType: 'DPoP', expiresAt: NOW + 60_000 }),
    ).toEqual(whole);
  });

  it.each(['', 'Bearer x', 'Bearer\r\n', 'B"', 7, {}])(
    'with the type %p is refused',
    (tokenType) => {
      const { tokens, problem } = read({ accessToken: 'a', tokenType });
      expect(tokens.tokenType).toBeUndefined();
      expect(problem).toMatch(/^tokenType: expected an authentication scheme/);
    },
  );

  it.each([
    [1_800_000_000, /^expiresAt: .* 1800000000: are these seconds\?/],
    [3600, /are these seconds/],
    [Number.NaN, /expiresAt: expected ms .*, got NaN;/],
    ['soon', /expiresAt: expected ms .*, got string;/],
    ['2026-11-21', /got string; did you mean/],
    [new Date(), /got object; did you mean/],
    [{}, /, got object; did you mean/],
    [true, /, got boolean; did you mean/],
  ])('with expiresAt %p is refused, and told what to write', (expiresAt, message) => {
    const { tokens, problem } = read({ accessToken: 'a', expiresAt });
    expect(tokens.expiresAt).toBeUndefined();
    expect(problem).toMatch(message);
  });

  it.each([
    [0, 0],
    [-1, 0],
    [Number.NEGATIVE_INFINITY, 0],
    [1e11, 1e11],
    [NOW, NOW],
    [Infinity, 8.64e15],
  ])('with expiresAt %p expires at %p', (expiresAt, expected) => {
    expect(read({ accessToken: 'a', expiresAt })).toEqual({
      tokens: { accessToken: 'a', expiresAt: expected },
      problem: undefined,
    });
  });

  it('on a clock that stands near the epoch, as in tests, may expire near the epoch', () => {
    expect(
      readTokenSet({ accessToken: 'a', expiresAt: 3_600_000 }, 0, 'answer').problem,
    ).toBeUndefined();
    expect(
      readTokenSet({ accessToken: 'a', expiresAt: 3_600_000 }, 1e11 - 1, 'answer').problem,
    ).toBeUndefined();
    expect(
      readTokenSet({ accessToken: 'a', expiresAt: 3_600_000 }, 1e11, 'answer').problem,
    ).toMatch(/are these seconds/);
  });

  it.each([7, ['a']])('with the scope %p is refused', (scope) => {
    expect(read({ accessToken: 'a', scope }).problem).toBe(
      `scope: expected a string, got ${typeof scope}`,
    );
  });

  it.each([7, 'x', true])('with the extra %p is refused', (extra) => {
    expect(read({ accessToken: 'a', extra }).problem).toMatch(/^extra: expected an object/);
  });

  it('takes the expiry of a JWT only where it names none', () => {
    const accessToken = jwt({ exp: NOW / 1000 + 60 });
    expect(read({ accessToken }).tokens.expiresAt).toBe(NOW + 60_000);
    expect(read({ accessToken, expiresAt: NOW + 5 }).tokens.expiresAt).toBe(NOW + 5);
  });
});

describe('a token response', () => {
  it('that lacks its access token still gives up the rest', () => {
    expect(read({ refresh_token: 'r', tenant: 1 }).tokens).toEqual({
      refreshToken: 'r',
      extra: { tenant: 1 },
    });
  });

  it('is read by RFC 6749, its other members kept as extra', () => {
    const response = {
      access_token: 'a',
      refresh_token: 'r',
      token_type: 'Bearer',
      expires_in: 60,
      scope: 's',
      id_token: 'i',
      tenant: 1,
    };
    expect(read(response)).toEqual({
      tokens: {
        accessToken: 'a',
        refreshToken: 'r',
        tokenType: 'Bearer',
        expiresAt: NOW + 60_000,
        scope: 's',
        extra: { id_token: 'i', tenant: 1 },
      },
      problem: undefined,
    });
  });

  it.each([
    [3600, NOW + 3_600_000],
    ['3600', NOW + 3_600_000],
    [' 60 ', NOW + 60_000],
    [0.5, NOW + 500],
    [0, 0],
    [-1, 0],
    ['-1', 0],
    [undefined, undefined],
    [null, undefined],
  ])('with expires_in %p expires at %p', (expires_in, expiresAt) => {
    const { tokens, problem } = read({ access_token: 'a', expires_in });
    expect(problem).toBeUndefined();
    expect(tokens.expiresAt).toBe(expiresAt);
  });

  it.each(['soon', '', '  ', '1h', Number.NaN, Infinity, {}, [], true])(
    'with expires_in %p is refused, and its tokens are kept',
    (expires_in) => {
      const { tokens, problem } = read({ access_token: 'a', refresh_token: 'r', expires_in });
      expect(problem).toBe('expires_in: expected seconds');
      expect(tokens).toEqual({ accessToken: 'a', refreshToken: 'r' });
    },
  );

  it('without an access token is refused, and its refresh token is kept', () => {
    const { tokens, problem } = read({ refresh_token: 'r', token_type: 'Bearer' });
    expect(tokens).toEqual({ refreshToken: 'r', tokenType: 'Bearer' });
    expect(problem).toMatch(/access_token.* is missing/);
  });

  it('cannot set a prototype', () => {
    const { tokens } = read(
      JSON.parse(
        '{"access_token":"a","__proto__":{"polluted":true},"constructor":{"prototype":{}}}',
      ),
    );
    expect(Object.keys(tokens.extra ?? {})).toEqual(['constructor']);
    expect(Object.getPrototypeOf(tokens.extra)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('a token in both spellings', () => {
  const ours = { accessToken: 'a', refreshToken: 'r' };
  const theirs = { access_token: 'b', refresh_token: 's' };

  it('is the later one: whoever spreads one over the other means what is on top', () => {
    expect(read({ ...ours, ...theirs }).tokens).toEqual({ accessToken: 'b', refreshToken: 's' });
    expect(read({ ...theirs, ...ours }).tokens).toEqual(ours);
    expect(read({ ...ours, ...theirs, refresh_token: null }).tokens).toEqual({
      accessToken: 'b',
      refreshToken: 'r',
    });
  });

  it('that both are inherited is taken as we spell it', () => {
    expect(read(Object.create({ ...ours, ...theirs })).tokens).toEqual(ours);
  });
});

it.each([
  [undefined, /got undefined/],
  [null, /got null/],
  ['secret-text', /got string/],
  [7, /got number/],
  [{}, /accessToken \(or access_token\) is missing$/],
  [[], /accessToken \(or access_token\) is missing$/],
  [{ data: 'secret-text' }, /is missing$/],
  [{ data: { access_token: 'secret-text' } }, /give the JSON of this answer/],
  [{ json: () => undefined }, /give the JSON of this answer/],
  [Promise.resolve({ accessToken: 'secret-text' }), /await this promise/],
  [{ accessToken: undefined, access_token: undefined }, /is missing$/],
])('%p is not a token set, and the reason says what to do', (value, message) => {
  const { tokens, problem } = read(value);
  expect(tokens.accessToken).toBeUndefined();
  expect(problem).toMatch(message);
  expect(problem).not.toContain('secret-text');
});

describe('requiring a token set', () => {
  it('gives a whole one', () => {
    expect(requireTokenSet({ access_token: 'a', expires_in: 1 }, NOW, 'setSession')).toEqual({
      accessToken: 'a',
      expiresAt: NOW + 1000,
    });
  });
  it('throws a TypeError that says where and what', () => {
    expect(() =>
      requireTokenSet({ accessToken: 'a', expiresAt: 1_800_000_000 }, NOW, 'setSession'),
    ).toThrow(
      new TypeError(
        'setSession: expiresAt: expected ms since the epoch, got 1800000000: are these seconds?',
      ),
    );
    expect(() => requireTokenSet(undefined, NOW, 'memoryStore')).toThrow(
      /^memoryStore: expected a token set/,
    );
  });
});
