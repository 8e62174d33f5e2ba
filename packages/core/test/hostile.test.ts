// What comes from outside may be anything: what a refresh function gives or throws, and what an API puts into its challenges.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAuthorizer } from '../src/http/authorizer.ts';
import { parseChallenges } from '../src/http/challenges.ts';
import { isTokenRejected } from '../src/http/rejection.ts';
import { TokenError } from '../src/index.ts';
import { testSession } from './support/session.ts';

const SECRET = 'secret-token';
/** The tokens of the session itself, as servers and clients put them into what they say. */
const OURS = [
  'at-1',
  'rt-1',
  'POST /token?refresh_token=rt-1 failed',
  'E-rt-1',
  '"at-1" and "rt-1" have expired',
];
const MEMBERS = [
  ...[
    'access_token',
    'refresh_token',
    'expires_in',
    'token_type',
    'scope',
    'accessToken',
    'refreshToken',
    'expiresAt',
    'tokenType',
    'extra',
  ],
  ...[
    'status',
    'statusCode',
    'response',
    'data',
    'body',
    'headers',
    'error',
    'code',
    'name',
    'message',
    'cause',
    'delivery',
    'then',
    'get',
  ],
];
const whatever = fc.anything({
  ...{
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  },
  withObjectString: true,
});
const throwing = fc.constantFrom(...MEMBERS).map((name) =>
  Object.defineProperty(new Error(SECRET), name, {
    enumerable: true,
    get(): never {
      throw new Error(SECRET);
    },
  }),
);
const values = fc.oneof(
  whatever,
  fc.constantFrom<unknown>(
    ...OURS,
    SECRET,
    [SECRET],
    { [SECRET]: SECRET },
    401,
    400,
    500,
    'invalid_grant',
    'TokenError',
  ),
);
const shaped = fc.dictionary(
  fc.constantFrom(...MEMBERS),
  fc.oneof(values, fc.dictionary(fc.constantFrom(...MEMBERS), values)),
  {
    maxKeys: 6,
  },
);
const anything = fc.oneof(
  whatever,
  shaped,
  shaped.map((members) => Object.assign(new Error('failed'), members)),
  throwing,
  fc.constantFrom(
    new Proxy({}, { get: () => SECRET }),
    new Proxy(() => undefined, {}),
    Symbol('token'),
  ),
);

/** All text of an error and of what is behind it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return `${Object.values(error).map(String).join(' ')} ${error.message} ${error.stack} ${textOf(error.cause)}`;
}

describe('a refresh function that', () => {
  /** What went wrong when everybody asked at once, and time passed. */
  const faults = async (refresh: () => unknown): Promise<unknown[]> => {
    const found: unknown[] = [];
    const { clock, events, tokens } = testSession({ refresh: refresh as never });
    const judge = (error: unknown): void => {
      if (!(error instanceof TokenError)) found.push(error);
      if (/[ar]t-1/.test(textOf(error))) found.push('a token in an error');
    };
    const waiting = [tokens.getToken(), tokens.refresh(), tokens.replaceRejected('at-1')].map(
      (wait) =>
        wait.then((token) => {
          if (token !== undefined && typeof token.accessToken !== 'string') found.push(token);
        }, judge),
    );
    await clock.advance(30_000);
    await Promise.all(waiting);
    for (const event of events)
      if ('error' in event && event.error !== undefined) judge(event.error);
    const closing = tokens.close();
    await clock.advance(200_000);
    await closing;
    if (clock.pending > 0) found.push(`${clock.pending} timers`);
    return found;
  };

  it('gives anything at all: waiting requests get tokens or typed errors, and nothing is left behind', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => expect(await faults(() => value)).toEqual([])),
      { numRuns: 300 },
    );
  });

  it('throws anything at all: waiting requests get typed errors, and nothing is left behind', async () => {
    await fc.assert(
      fc.asyncProperty(anything, async (value) => {
        const thrower = (): never => {
          throw value;
        };
        expect(await faults(thrower)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a WWW-Authenticate header of pieces in any order', () => {
  const pieces = fc.constantFrom(
    ...[
      'Bearer',
      'Basic',
      'DPoP',
      'Negotiate YWJj==',
      'realm="a, b"',
      'error="invalid_token"',
      'error=invalid_token',
      'error="use_dpop_nonce"',
    ],
    ...[
      '"',
      '\\',
      '\\"',
      '=',
      ',',
      ', ',
      ' ',
      '\t',
      '==',
      'é',
      '\u0000',
      '"unended',
      'error=',
      '__proto__="x"',
      'constructor=x',
    ],
  );
  const header = fc.array(
    fc.oneof({ weight: 6, arbitrary: pieces }, fc.string({ unit: 'binary', maxLength: 5 })),
    { maxLength: 40 },
  );
  const answer = (text: string) => ({
    url: '',
    status: 401,
    headers: { get: () => text },
    json: async () => undefined,
  });

  it('is read without an error; scheme and parameter names are tokens in lower case', () => {
    fc.assert(
      fc.property(header, (parts) => {
        for (const { scheme, params } of parseChallenges(parts.join('')))
          for (const name of [scheme, ...params.keys()])
            expect(name).toMatch(/^[^\s"(),/:;<=>?@[\\\]{}A-Z]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not hide a challenge that stands in front of it', () => {
    fc.assert(
      fc.property(header, (parts) => {
        const [first] = parseChallenges(`Basic realm="a", ${parts.join('')}`);
        expect([first?.scheme, first?.params.get('realm') !== undefined]).toEqual(['basic', true]);
      }),
      { numRuns: 1000 },
    );
  });

  it('leads to one replay or to the 401, never to an error', async () => {
    const source = {
      getToken: async () => ({ accessToken: 'one' }),
      replaceRejected: async () => ({ accessToken: 'two' }),
    };
    const signature = await createAuthorizer(source, { origins: ['https://api.example.com'] })({
      method: 'GET',
      url: 'https://api.example.com/a',
    });
    await fc.assert(
      fc.asyncProperty(header, async (parts) => {
        const refused = answer(parts.join(''));
        expect(await signature?.judge(refused, true)).toEqual(
          isTokenRejected(refused)
            ? expect.objectContaining({ replay: { Authorization: 'Bearer two' } })
            : undefined,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
