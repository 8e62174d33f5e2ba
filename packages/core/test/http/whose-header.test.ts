import { describe, expect, it } from '@jest/globals';
import {
  createTokenManager,
  memoryStore,
  TokenError,
  tokenErrorOf,
  type TokenManager,
} from '../../src/index.ts';
import { createAuthorizer } from '../../src/http/authorizer.ts';
import type { ApiResponse, AuthOptions } from '../../src/http/options.ts';
import type { RequestEvent, TokenSource } from '../../src/source.ts';

const URL_ = 'https://api.example.com/a?secret=1';
const OPTIONS: AuthOptions = { origins: ['https://api.example.com'] };
const source = (over: Partial<TokenSource> = {}): TokenSource => ({
  getToken: async () => ({ accessToken: 'one' }),
  replaceRejected: async () => ({ accessToken: 'two' }),
  ...over,
});
const answer = (status = 401): ApiResponse => ({
  url: '',
  status,
  headers: new Headers(),
  json: async () => undefined,
});
const headersOf = async (
  tokens: TokenSource | (() => string | undefined),
  carried: string,
  options: AuthOptions = OPTIONS,
): Promise<unknown> =>
  (await createAuthorizer(tokens, options)({ method: 'GET', url: URL_, carried }))?.headers;

describe('a header that says nothing counts as none', () => {
  it.each([
    ...['Bearer', 'bearer ', ' ', 'Bearer undefined', 'Bearer null', 'bearer  NULL', 'undefined'],
    ...['null', 'token undefined', 'JWT null', 'Bearer NaN', 'Bearer false', 'Basic undefined'],
    ...['Bearer [object Object]', 'Bearer [object Promise]', 'DPoP', 'Token', 'Bearer ""'],
    ...['Bearer Bearer undefined', 'Bearer Bearer', 'Basic', 'Bearer undefined,'],
    ...['Bearer token undefined', 'Bearer JWT null'],
  ])('%j', async (carried) => {
    const headers = { Authorization: 'Bearer one' };
    expect(await headersOf(source({ issued: () => false }), carried)).toEqual(headers);
    const nobody = source({ getToken: async () => undefined });
    expect(await headersOf(nobody, carried)).toEqual({ Authorization: undefined });
  });

  it.each(['Bearer undefined1', 'key', 'Negotiate', 'Basic bnVsbA==', 'nullable', 'Bearer nul'])(
    'not %j',
    async (carried) => {
      expect(await headersOf(source({ issued: () => false }), carried)).toBeUndefined();
    },
  );

  it('of another name, too', async () => {
    const options = { ...OPTIONS, header: 'X-Token' };
    for (const carried of ['undefined', 'null', ' '])
      expect(await headersOf(source(), carried, options)).toEqual({ 'X-Token': 'one' });
    expect(await headersOf(source(), 'Bearer', options)).toBeUndefined();
  });
});

describe('before a header is called somebody else’s, the source is read', () => {
  /** A manager that has read nothing yet, and finds the token `one` in its store. */
  const unread = async (): Promise<TokenManager> => {
    const store = memoryStore();
    const refresh = (): Promise<never> => Promise.reject(new Error('not needed'));
    const before = createTokenManager({ store, refresh });
    await before.setSession({ accessToken: 'one', refreshToken: 'r' });
    await before.close();
    const tokens = createTokenManager({ store, refresh });
    expect(tokens.status).toBe('unknown');
    return tokens;
  };

  it('a manager whose store was not read yet', async () => {
    const tokens = await unread();
    expect(await headersOf(tokens, 'Bearer other')).toBeUndefined();
    await tokens.close();
    const another = await unread();
    expect(await headersOf(another, 'Bearer one')).toEqual({ Authorization: 'Bearer one' });
    await another.close();
  });

  it('a burst on it, each request with the same stale header', async () => {
    const tokens = await unread();
    const authorize = createAuthorizer(tokens, OPTIONS);
    const request = { method: 'GET', url: URL_, carried: 'Bearer one' };
    const signed = await Promise.all([1, 2, 3].map(async () => authorize(request)));
    expect(signed.map((signature) => signature?.headers)).toEqual(
      [1, 2, 3].map(() => ({ Authorization: 'Bearer one' })),
    );
    await tokens.close();
  });

  it('a function that was never asked', async () => {
    expect(await headersOf(() => 'one', 'Bearer one')).toEqual({ Authorization: 'Bearer one' });
    expect(await headersOf(() => 'one', 'Bearer other')).toBeUndefined();
  });

  it('the source of the request, and the attached one', async () => {
    const authorize = createAuthorizer(source(), OPTIONS);
    const headers = { Authorization: 'Bearer own' };
    for (const carried of ['Bearer one', 'Bearer own']) {
      const signature = await authorize({ method: 'GET', url: URL_, carried, tokens: 'own' });
      expect(signature?.headers).toEqual(headers);
    }
  });

  it('once: a source that has answered is not asked again about a header', async () => {
    let asked = 0;
    const tokens = source({ getToken: async () => (asked++, { accessToken: 'one' }) });
    const authorize = createAuthorizer(tokens, OPTIONS);
    for (let round = 0; round < 5; round++)
      await authorize({ method: 'GET', url: URL_, carried: 'Bearer other' });
    expect(asked).toBe(1);
  });

  it('not for what no token could be', async () => {
    const never = source({ getToken: () => new Promise(() => undefined) });
    const authorize = createAuthorizer(never, OPTIONS);
    for (const carried of ['Basic abc', 'Digest a="b", c="d"', 'key', 'Negotiate abc'])
      expect(authorize({ method: 'GET', url: URL_, carried })).toBeUndefined();
  });

  it('and if it cannot be read, the header is the caller’s, unless it is known to be ours', async () => {
    const error = new TokenError('ERR_REFRESH_UNAVAILABLE');
    const failing = source({ getToken: () => Promise.reject(error) });
    expect(await headersOf(failing, 'Bearer other')).toBeUndefined();
    let read = false;
    const known = source({
      getToken: () => ((read = true), Promise.reject(error)),
      issued: () => read,
    });
    const manager = Object.defineProperty(known, 'status', {
      get: () => (read ? 'signedIn' : 'unknown'),
    });
    await expect(headersOf(manager, 'Bearer other')).rejects.toMatchObject({ code: error.code });
    const itself = source({ getToken: () => Promise.reject(new TokenError('ERR_REENTRANT')) });
    expect(await headersOf(itself, 'Bearer other')).toBeUndefined();
  });

  it('and an abort is prompt', async () => {
    const controller = new AbortController();
    const asking = createAuthorizer(
      source({ getToken: () => new Promise(() => undefined) }),
      OPTIONS,
    )({ method: 'GET', url: URL_, carried: 'Bearer other', signal: controller.signal });
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(asking).rejects.toBe(reason);
  });

  it('and it is told of, once', async () => {
    const events: RequestEvent[] = [];
    const authorize = createAuthorizer(source({ report: (event) => void events.push(event) }), {
      ...OPTIONS,
    });
    for (let round = 0; round < 3; round++)
      await authorize({ method: 'GET', url: URL_, carried: 'Bearer other' });
    expect(events).toEqual([
      { type: 'unsigned', why: 'header', origin: 'https://api.example.com' },
    ]);
  });
});

describe('when no token can be had and nobody is known to be signed in', () => {
  const failing = (
    status: string | undefined,
    error: unknown = new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'down' }),
  ): TokenSource => Object.assign(source({ getToken: () => Promise.reject(error) }), { status });
  const sent = async (tokens: TokenSource, options = OPTIONS, carried?: string) =>
    createAuthorizer(tokens, options)({ method: 'POST', url: URL_, carried });

  it.each(['unknown', 'signedOut'])('a request is sent unsigned: %s', async (status) => {
    expect((await sent(failing(status)))?.headers).toEqual({});
    expect((await sent(failing(status), OPTIONS, 'Bearer undefined'))?.headers).toEqual({
      Authorization: undefined,
    });
  });

  it('what is then refused is the caller’s, with the error', async () => {
    const signature = await sent(failing('unknown'));
    expect(signature?.judge(answer(200), true)).toBeUndefined();
    const verdict = await signature?.judge(answer(401), true);
    expect([verdict?.cause?.code, verdict?.replay]).toEqual(['ERR_REFRESH_UNAVAILABLE', undefined]);
    const asked = await sent(failing('unknown'), { ...OPTIONS, classify: () => 'accepted' });
    expect(asked?.judge(answer(401), true)).toBeUndefined();
    const later = await sent(failing('unknown'), {
      ...OPTIONS,
      classify: async ({ status }) => (status === 419 ? 'rejected' : undefined),
    });
    expect((await later?.judge(answer(419), true))?.cause?.message).toContain('down');
    expect(await later?.judge(answer(200), true)).toEqual({});
  });

  it.each<[string, TokenSource, AuthOptions, string]>([
    ['somebody is signed in', failing('signedIn'), OPTIONS, 'ERR_REFRESH_UNAVAILABLE'],
    ['it is not known', failing(undefined), OPTIONS, 'ERR_REFRESH_UNAVAILABLE'],
    [
      'requests are to be rejected',
      failing('unknown'),
      { ...OPTIONS, whenSignedOut: 'reject' },
      'ERR_REFRESH_UNAVAILABLE',
    ],
    [
      'the user signed out while it waited',
      failing('signedOut', new TokenError('ERR_SIGNED_OUT')),
      OPTIONS,
      'ERR_SIGNED_OUT',
    ],
    [
      'the session ended while it waited',
      failing('signedOut', new TokenError('ERR_SESSION_ENDED')),
      OPTIONS,
      'ERR_SESSION_ENDED',
    ],
    ['it was closed', failing('unknown', new TokenError('ERR_CLOSED')), OPTIONS, 'ERR_CLOSED'],
  ])('a request rejects when %s', async (_name, tokens, options, code) => {
    await expect(sent(tokens, options)).rejects.toMatchObject({ code });
  });

  it('a request rejects with what is no TokenError, and with the reason of its abort', async () => {
    const odd = new Error('odd');
    await expect(sent(failing('unknown', odd))).rejects.toBe(odd);
    const reason = new TokenError('ERR_REFRESH_UNAVAILABLE');
    const { signal } = { signal: AbortSignal.abort(reason) };
    await expect(
      createAuthorizer(failing('unknown'), OPTIONS)({ method: 'GET', url: URL_, signal }),
    ).rejects.toBe(reason);
  });
});

describe('an error says of which request it is', () => {
  const cause = new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'down',
    retryAfter: 5,
    delivery: 'unsent',
  });
  const expected = {
    code: 'ERR_REFRESH_UNAVAILABLE',
    action: 'retry',
    message: 'down (PUT https://api.example.com)',
    retryAfter: 5,
    delivery: 'unsent',
  };
  const request = { method: 'PUT', url: URL_ };

  it('when it was not sent', async () => {
    const tokens = source({ getToken: () => Promise.reject(cause) });
    const error: unknown = await Promise.resolve(createAuthorizer(tokens, OPTIONS)(request)).catch(
      (found: unknown) => found,
    );
    expect(error).toMatchObject(expected);
    expect(tokenErrorOf(error)?.cause).toBe(cause);
  });

  it('when it was refused', async () => {
    const tokens = source({ replaceRejected: () => Promise.reject(cause) });
    const signature = await createAuthorizer(tokens, OPTIONS)(request);
    const error = await signature?.judge(answer(), true)?.catch((found: unknown) => found);
    expect(error).toMatchObject(expected);
    expect(tokenErrorOf(error)?.cause).toBe(cause);
  });

  it('when nobody is signed in', async () => {
    const tokens = source({ getToken: async () => undefined });
    const options: AuthOptions = { ...OPTIONS, whenSignedOut: 'reject' };
    await expect(createAuthorizer(tokens, options)(request)).rejects.toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message: 'Nobody is signed in (PUT https://api.example.com)',
    });
  });

  it('but an error of somebody else’s around it is left as it is', async () => {
    const own = new Error('mine', { cause });
    const tokens = source({ getToken: () => Promise.reject(own) });
    await expect(createAuthorizer(tokens, OPTIONS)(request)).rejects.toBe(own);
  });
});
