// What a refresh function gives or throws is read once, behind a guard, and decided on before anything is struck out of it.
import { describe, expect, it } from '@jest/globals';
import { TokenError, tokenErrorOf } from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const session = (
  refresh: () => unknown,
  accessToken = 'access-token-1',
  refreshToken = 'refresh-token-1',
) => {
  const clock = testClock();
  const cell = sharedCell({ accessToken, refreshToken, expiresAt: clock.now() - 1 });
  let calls = 0;
  const counted = (): unknown => {
    calls++;
    return refresh();
  };
  return {
    ...testSession({ clock, store: cell.open(), random: () => 0, refresh: counted as never }),
    cell,
    calls: () => calls,
  };
};
const failure = (promise: Promise<unknown>): Promise<TokenError> =>
  promise.then(
    () => Promise.reject(new Error('no error')),
    (error: unknown) => tokenErrorOf(error) ?? Promise.reject(error),
  );
const thrower = (value: unknown) => (): never => {
  throw value;
};

describe('tokens that are too short to be secrets', () => {
  it.each([
    ['a', 'r'],
    ['i', 'n'],
    ['_', 'grant'],
    ['token', 'invalid_grant'],
    ['fetch', 'failed'],
  ])('"%s" and "%s" hide no refusal, and are struck out of no word', async (access, refresh) => {
    const refused = session(thrower(httpError(400, { error: 'invalid_grant' })), access, refresh);
    expect(await outcome(refused.tokens.refresh())).toBe('ERR_SESSION_ENDED');
    const failed = session(thrower(new TypeError('fetch failed')), access, refresh);
    expect((await failure(failed.tokens.refresh())).cause).toMatchObject({
      message: 'fetch failed',
    });
  });

  it('are not struck out of the warning that they could not be revoked', async () => {
    const { tokens, ofType } = testSession({
      tokens: { accessToken: 'a', refreshToken: 'r' },
      revoke: () => Promise.reject(new TypeError('fetch failed')),
    });
    await tokens.getToken();
    await tokens.signOut();
    await settle();
    expect(ofType('warning')).toMatchObject([{ error: { cause: { message: 'fetch failed' } } }]);
  });

  it('are no reason to show long ones', async () => {
    const { tokens } = session(thrower(new Error('refused refresh-token-1 for access-token-1')));
    expect((await failure(tokens.refresh())).cause).toMatchObject({
      message: 'refused [token] for [token]',
    });
  });
});

const hostile = (name: string, cause: unknown = new Error('hostile')): Error =>
  Object.defineProperty(new Error('x'), name, {
    get(): never {
      throw cause;
    },
  });
const revoked = (target: object = {}): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

describe('an error that cannot be read', () => {
  it.each<[string, unknown]>([
    ...['name', 'message', 'code', 'cause', 'status', 'response', 'data', 'body', 'headers'].map(
      (name): [string, unknown] => [`a getter of "${name}" that throws`, hostile(name)],
    ),
    ['a revoked Proxy', revoked()],
    ['a revoked Proxy of a function', revoked(() => undefined)],
    ['a revoked Proxy of a list', revoked([])],
    ['a getter that throws a hostile error', hostile('message', hostile('message'))],
    ['a getter that throws a revoked Proxy', hostile('response', revoked())],
    ['an answer that is a revoked Proxy', { response: revoked() }],
    ['headers that are a revoked Proxy', { response: { status: 503, headers: revoked() } }],
    ['a body that is a revoked Proxy', { status: 400, data: revoked() }],
    ['a cause that is a revoked Proxy', new Error('x', { cause: revoked() })],
    ['an error that lies about its kind', Object.create(TokenError.prototype)],
    [
      'a Proxy that throws whatever is asked of it',
      new Proxy(
        {},
        Object.fromEntries(
          Object.getOwnPropertyNames(Reflect).map((trap) => [trap, thrower(new Error('no'))]),
        ),
      ),
    ],
  ])(
    '%s: may be spent, so the intent stays, and waiting requests get a typed error',
    async (_, thrown) => {
      const { tokens, clock, cell, calls } = session(thrower(thrown));
      const error = await failure(tokens.getToken());
      expect([error.code, error.delivery]).toEqual(['ERR_REFRESH_UNAVAILABLE', undefined]);
      expect(error.message).not.toMatch(/lock/);
      await clock.advance(400);
      expect([calls(), tokens.status]).toEqual([1, 'signedIn']);
      expect(cell.record?.intent).toMatchObject({ gen: 0 });
    },
  );

  it('says what can be read of it all the same', async () => {
    const error = Object.assign(hostile('response'), { data: { error: 'invalid_grant' } });
    expect(await outcome(session(thrower(error)).tokens.refresh())).toBe('ERR_SESSION_ENDED');
  });

  it.each<[string, object]>([
    ['a revoked Proxy', revoked()],
    ['tokens with a getter that throws', hostile('accessToken')],
    [
      'tokens whose refresh token cannot be read',
      Object.assign(hostile('refreshToken'), { accessToken: 'new' }),
    ],
    ['an answer whose data cannot be read', Object.assign(hostile('data'), { status: 200 })],
  ])('given instead of thrown, %s: a typed error', async (_, value) => {
    const { tokens, clock } = session(() => value);
    const error = await failure(tokens.getToken());
    expect(error.message).not.toMatch(/lock|hostile/);
    expect(error.delivery).toBeUndefined();
    expect(tokens.status).toBe('signedIn');
    await clock.advance(400);
  });
});

describe('a body without an end', () => {
  const bodies: [string, () => unknown][] = [
    [
      'that never comes',
      () => new Response(new ReadableStream({ pull: () => new Promise(() => undefined) })),
    ],
    [
      'that comes for ever, a little at a time',
      () =>
        new Response(
          new ReadableStream({
            async pull(controller) {
              await Promise.resolve();
              controller.enqueue(new Uint8Array(65_536).fill(32));
            },
          }),
        ),
    ],
    [
      'whose json() never settles',
      () => ({ status: 200, json: () => new Promise(() => undefined) }),
    ],
    [
      'whose text() never settles',
      () => ({ status: 200, json: () => ({}), text: () => new Promise(() => undefined) }),
    ],
    [
      'in a stream of Node',
      () => ({
        status: 200,
        data: {
          async *[Symbol.asyncIterator]() {
            await new Promise(() => undefined);
            yield '';
          },
        },
      }),
    ],
    [
      'that is a text of 2 MiB',
      () => ({ statusCode: 200, body: `{"access_token":"${'x'.repeat(2 ** 21)}"}` }),
    ],
  ];
  it.each(bodies)('%s: given up, and the token may be spent', async (_, make) => {
    const { tokens, clock, cell } = session(make);
    const waiting = failure(tokens.getToken());
    await clock.advance(5000);
    expect(await waiting).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    expect((await waiting).delivery).toBeUndefined();
    expect(cell.record?.intent).toMatchObject({ gen: 0 });
    await settle();
  });

  it('of a refusal: what was not read decides nothing', async () => {
    const body = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const { tokens, clock } = session(() => new Response(body, { status: 401 }));
    const waiting = outcome(tokens.getToken());
    await clock.advance(5000);
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
  });

  it('that was read by the function itself leaves the status to decide', async () => {
    const { tokens } = session(async () => {
      const response = new Response('no', { status: 401 });
      await response.text();
      throw Object.assign(new Error('x'), { response });
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
  });
});

describe('Retry-After', () => {
  it.each<[unknown, string | undefined, number | undefined]>([
    ['120', undefined, 120_000],
    ['0', undefined, 0],
    [' 5 ', undefined, 5000],
    [7, undefined, 7000],
    ['86400', undefined, 3_600_000],
    ['99999999999999999999999', undefined, 3_600_000],
    ['', undefined, undefined],
    [' ', undefined, undefined],
    ['-1', undefined, undefined],
    [-1, undefined, undefined],
    ['soon 1', undefined, undefined],
    ['1e3', undefined, undefined],
    ['0x10', undefined, undefined],
    ['1.5', undefined, undefined],
    ['+5', undefined, undefined],
    ['5, 6', undefined, undefined],
    ['Infinity', undefined, undefined],
    ['2026', undefined, 2_026_000],
    ['Fri, 15 Jan 2027 08:00:30 GMT', undefined, 30_000],
    ['Friday, 15-Jan-27 08:00:30 GMT', undefined, 30_000],
    ['Fri Jan 15 08:00:30 2027', undefined, 30_000],
    ['2027-01-15T08:00:30Z', undefined, undefined],
    ['Fri, 15 Jan 2027 07:00:00 GMT', undefined, 0],
    ['Sun, 15 Jan 2040 07:00:00 GMT', undefined, 3_600_000],
    ['Fri, 15 Jan 2027 09:00:30 GMT', 'Fri, 15 Jan 2027 09:00:00 GMT', 30_000],
    ['Fri, 15 Jan 2027 07:00:30 GMT', 'Fri, 15 Jan 2027 07:00:00 GMT', 30_000],
    ['Fri, 15 Jan 2027 08:00:30 GMT', 'today', 30_000],
    ['Monday', undefined, undefined],
  ])('%j, on an answer of %p, is %p ms', async (retryAfter, date, expected) => {
    const headers = { 'retry-after': retryAfter, ...(date !== undefined && { date }) };
    for (const given of [
      headers,
      new Map(Object.entries(headers)),
      { 'Retry-After': retryAfter, Date: date },
    ]) {
      const { tokens, clock } = session(
        thrower(Object.assign(new Error('x'), { response: { status: 503, headers: given } })),
      );
      const waiting = failure(tokens.getToken());
      await clock.advance(40_000);
      const error = await waiting;
      expect([error.retryAfter, error.delivery]).toEqual([
        expected,
        expected === undefined ? undefined : 'answered',
      ]);
    }
  });
});

it('an answer is read with the session that it belongs to: tokens in a Response are stored', async () => {
  const { server, clock } = testSession();
  const { tokens } = testSession({
    clock,
    server,
    tokens: { ...server.first, expiresAt: 0, scope: 's' },
    refresh: (async () =>
      Response.json({
        access_token: 'new',
        refresh_token: 'r2',
        expires_in: 60,
        tenant: 1,
      })) as never,
  });
  expect(await tokens.getToken()).toMatchObject({
    accessToken: 'new',
    scope: 's',
    expiresAt: clock.now() + 60_000,
    extra: { tenant: 1 },
  });
});

it('a thrown error is read once, member by member', async () => {
  const counts = new Map<PropertyKey, number>();
  const counted = <T extends object>(target: T, place: string): T =>
    new Proxy(target, {
      get(of, name) {
        const key = `${place}.${String(name)}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
        return Reflect.get(of, name);
      },
    });
  const data = counted({ error: 'invalid_grant' }, 'data');
  const headers = counted({ 'retry-after': '5' }, 'headers');
  const response = counted({ status: 400, data, headers }, 'response');
  const { tokens } = session(
    thrower(counted(Object.assign(new Error('x'), { response }), 'error')),
  );
  expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
  expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
  expect(counts.get('response.status')).toBe(1);
});
