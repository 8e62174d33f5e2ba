import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { TokenError, tokenErrorOf } from 'unexpired';
import {
  clientCredentialsGrant,
  type GrantOptions,
  refreshTokenGrant,
  revokeToken,
} from '@unexpired/oauth';
import { context, tokens } from './support/context.ts';
import { everyTextIn } from './support/every-text.ts';
import { listen } from './support/listen.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
/** The server's clock, which is not this machine's. */
const DATE = new Date(NOW).toUTCString();
const REFRESH_TOKEN = 'a-refresh-token';

let origin: string;
let stop: () => Promise<void>;
let answer: RequestListener;
let calls: number;
beforeAll(async () => {
  ({ origin, stop } = await listen((request, response) => {
    calls += 1;
    request.resume();
    // Without the server's own date, unless a row gives one.
    response.sendDate = false;
    answer(request, response);
  }));
});
afterAll(() => stop());
beforeEach(() => {
  calls = 0;
});

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  };
const html =
  (status: number, headers: Record<string, string> = {}) =>
  (_request: IncomingMessage, response: ServerResponse): void => {
    response
      .writeHead(status, { 'content-type': 'text/html', ...headers })
      .end('<!doctype html><p>a-refresh-token</p>');
  };
const options = (more: Partial<GrantOptions> = {}): GrantOptions => ({
  tokenEndpoint: `${origin}/token`,
  clientId: 'web',
  ...more,
});
const redeem = (more: Partial<GrantOptions> = {}, signal?: AbortSignal) =>
  refreshTokenGrant(options(more))(tokens(REFRESH_TOKEN), context(signal));
const failure = async (
  more: Partial<GrantOptions> = {},
  signal?: AbortSignal,
): Promise<TokenError> => {
  const outcome = await redeem(more, signal).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(TokenError);
  return outcome as TokenError;
};

const platform = (onLine: boolean[]): void => {
  Object.defineProperty(globalThis, 'navigator', {
    configurable: true,
    value: {
      get onLine() {
        return onLine.shift();
      },
    },
  });
};
const issued = (more: Partial<GrantOptions> = {}) =>
  clientCredentialsGrant({ issuer: origin, clientId: 'web', ...more })(context()).catch(
    tokenErrorOf,
  );
const revoke = () =>
  revokeToken({ revocationEndpoint: `${origin}/revoke`, clientId: 'web' })(
    tokens(REFRESH_TOKEN),
    context(),
  );
const failed = (reason: Error) => failure({ clientAuthentication: () => Promise.reject(reason) });

type Row = [
  what: string,
  listener: RequestListener,
  expected: { code: string; delivery: string; retryAfter?: number },
];
const ended = { code: 'ERR_SESSION_ENDED', delivery: 'answered' };
const configuration = { code: 'ERR_REFRESH_CONFIGURATION', delivery: 'answered' };
const notNow = { code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'answered' };
const perhapsLost = { code: 'ERR_REFRESH_UNAVAILABLE', delivery: 'unanswered' };

const rows: Row[] = [
  ['400 invalid_grant ends the session', json(400, { error: 'invalid_grant' }), ended],
  [
    '401 invalid_grant ends it as well: the error comes before the status',
    json(401, { error: 'invalid_grant' }),
    ended,
  ],
  ['500 invalid_grant too', json(500, { error: 'invalid_grant' }), ended],
  ...[
    'invalid_client',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_target',
  ].map(
    (error): Row => [
      `400 ${error} is a matter of configuration`,
      json(400, { error }),
      configuration,
    ],
  ),
  ['401 invalid_client is', json(401, { error: 'invalid_client' }), configuration],
  ['a bare 401 is', html(401), configuration],
  ['401 invalid_request is', json(401, { error: 'invalid_request' }), configuration],
  ['a redirect is', html(302, { location: 'https://evil.example/' }), configuration],
  ['429 without Retry-After waits 5 s', html(429), { ...notNow, retryAfter: 5_000 }],
  [
    '429 with seconds waits as long',
    html(429, { 'retry-after': '7' }),
    { ...notNow, retryAfter: 7_000 },
  ],
  [
    '429 with a date waits until then',
    html(429, { date: DATE, 'retry-after': new Date(NOW + 90_000).toUTCString() }),
    { ...notNow, retryAfter: 90_000 },
  ],
  [
    '429 with a date that has passed does not wait',
    html(429, { date: DATE, 'retry-after': new Date(NOW - 90_000).toUTCString() }),
    { ...notNow, retryAfter: 0 },
  ],
  [
    '429 with seconds waits an hour at most',
    html(429, { 'retry-after': '86400' }),
    { ...notNow, retryAfter: 3_600_000 },
  ],
  [
    '429 with a date waits an hour at most',
    html(429, { date: DATE, 'retry-after': new Date(NOW + 1e9).toUTCString() }),
    { ...notNow, retryAfter: 3_600_000 },
  ],
  [
    'a date without the answer’s own is compared with this machine’s clock',
    html(429, { 'retry-after': new Date(Date.now() + 1e9).toUTCString() }),
    { ...notNow, retryAfter: 3_600_000 },
  ],
  ...['-1', '', 'soon 1', '1e3', '0x10', '2026-01-01T12:00:30Z'].map(
    (text): Row => [
      `429 with nonsense, "${text}", is as if it did not say`,
      html(429, { date: DATE, 'retry-after': text }),
      { ...notNow, retryAfter: 5_000 },
    ],
  ),
  [
    'a date is compared with the answer’s own, whatever this machine’s clock says',
    html(429, {
      date: new Date(NOW + 7_200_000).toUTCString(),
      'retry-after': new Date(NOW + 7_230_000).toUTCString(),
    }),
    { ...notNow, retryAfter: 30_000 },
  ],
  [
    '503 with Retry-After was answered',
    html(503, { 'retry-after': '3' }),
    { ...notNow, retryAfter: 3_000 },
  ],
  ['503 with an OAuth error was answered', json(503, { error: 'temporarily_unavailable' }), notNow],
  ['a bare 503 may have lost the answer', html(503), perhapsLost],
  ['500 may have', html(500), perhapsLost],
  [
    '500 server_error may have: it can come from after the rotation',
    json(500, { error: 'server_error' }),
    perhapsLost,
  ],
  ['502 may have', html(502), perhapsLost],
  ['504 may have', html(504), perhapsLost],
  ['400 server_error was answered', json(400, { error: 'server_error' }), notNow],
  ['200 server_error was answered', json(200, { error: 'server_error' }), notNow],
  [
    '200 temporarily_unavailable with Retry-After waits as long',
    json(200, { error: 'temporarily_unavailable' }, { 'retry-after': '2' }),
    { ...notNow, retryAfter: 2_000 },
  ],
  ['200 with an error of its own was answered', json(200, { error: 'bad_refresh_token' }), notNow],
  ['400 invalid_request was answered', json(400, { error: 'invalid_request' }), notNow],
  ['400 HTML was answered', html(400), notNow],
  ['403 was answered', html(403), notNow],
  ['404 was answered', html(404), notNow],
  ['200 HTML may have lost the answer', html(200), perhapsLost],
  ['200 without a token may have', json(200, { token_type: 'Bearer' }), perhapsLost],
  ['200 with an array may have', json(200, ['a-refresh-token']), perhapsLost],
  ['200 null may have', json(200, null), perhapsLost],
  [
    '200 with tokens of other types may have',
    json(200, { access_token: 1, refresh_token: {} }),
    perhapsLost,
  ],
  ['204 may have', (_request, response) => void response.writeHead(204).end(), perhapsLost],
  [
    '200 with cut JSON may have',
    (_request, response) => void response.end('{"access_token":"new-access-token","refr'),
    perhapsLost,
  ],
  [
    'a body that is cut off on the wire may have',
    (_request, response) => {
      response
        .writeHead(200, { 'content-length': '1000' })
        .write('{"access_token":"new-access-token",', () => response.destroy());
    },
    perhapsLost,
  ],
  [
    'a connection that is lost after the request may have',
    (request) => void request.socket.destroy(),
    perhapsLost,
  ],
];

describe('what an answer of the token endpoint means', () => {
  it.each(rows)('%s', async (_what, listener, expected) => {
    answer = listener;

    const { code, delivery, retryAfter } = await failure();

    expect({ code, delivery, ...(retryAfter === undefined ? {} : { retryAfter }) }).toEqual(
      expected,
    );
    expect(calls).toBe(1);
  });

  it('nothing in an error, nor behind it, holds a token, a secret or a body', async () => {
    const secret = 'a-client-secret';
    const body = {
      error: 'invalid_request',
      error_description: `no such token: ${REFRESH_TOKEN}`,
      access_token: undefined,
      secret,
    };
    for (const listener of [
      ...rows.map(([, each]) => each),
      json(400, body),
      json(400, { ...body, error: REFRESH_TOKEN }),
      json(400, { ...body, error: 'x y' }),
    ]) {
      answer = listener;
      const texts = everyTextIn(await failure({ clientSecret: secret })).join('\n');
      for (const word of [
        REFRESH_TOKEN,
        secret,
        'new-access-token',
        'doctype',
        'no such token',
        'x y',
      ])
        expect(texts).not.toContain(word);
    }
  });

  it('an error carries the status and the error code of the answer on its cause', async () => {
    answer = json(400, { error: 'invalid_request' });

    expect((await failure()).cause).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('a token that is too short to be a secret hides no error code', async () => {
    answer = json(400, { error: 'invalid_request' });
    const error = await refreshTokenGrant(options())(tokens('a'), context()).catch(tokenErrorOf);
    expect((error as Error).message).toContain('invalid_request');
  });

  it('client credentials have no session that could end: invalid_grant is a matter of configuration', async () => {
    answer = json(400, { error: 'invalid_grant' });

    await expect(clientCredentialsGrant(options())(context())).rejects.toMatchObject(configuration);
  });

  it('no refresh token: the session has ended, and nothing is sent', async () => {
    await expect(refreshTokenGrant(options())(tokens(undefined), context())).rejects.toMatchObject({
      code: 'ERR_SESSION_ENDED',
      delivery: 'unsent',
    });
    expect(calls).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])(
    'a %i redirect is not followed: the other origin sees nothing',
    async (status) => {
      let elsewhere = 0;
      const other = await listen((_request, response) => {
        elsewhere += 1;
        response.end('{}');
      });
      answer = html(status, { location: `${other.origin}/token` });

      expect(await failure()).toMatchObject(configuration);
      await other.stop();
      expect(elsewhere).toBe(0);
    },
  );

  it('a redirect that a browser hides is one too', async () => {
    const opaque = {
      status: 0,
      type: 'opaqueredirect',
      headers: new Headers(),
      body: null,
      text: () => Promise.resolve(''),
    };

    expect(await failure({ fetch: () => Promise.resolve(opaque) })).toMatchObject(configuration);
  });
});

describe('a success', () => {
  const whole = {
    access_token: 'at',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'rt',
    scope: 'a b',
    id_token: 'x',
    instance_url: 'https://eu.example.com',
  };

  it('is returned as it came', async () => {
    answer = json(200, whole);

    expect(await redeem()).toEqual(whole);
  });

  it.each([
    [
      'labelled as text',
      (_request: IncomingMessage, response: ServerResponse) =>
        void response.setHeader('content-type', 'text/plain').end(JSON.stringify(whole)),
    ],
    [
      'with a byte order mark',
      (_request: IncomingMessage, response: ServerResponse) =>
        void response.end(`\uFEFF${JSON.stringify(whole)}`),
    ],
    ['with status 201', json(201, whole)],
  ])('%s is one all the same', async (_what, listener) => {
    answer = listener;

    expect(await redeem()).toEqual(whole);
  });

  it.each([
    ['no access token', { refresh_token: 'rotated' }],
    ['an access token that is none', { access_token: 7, refresh_token: 'rotated' }],
    ['no token type', { access_token: 'at', refresh_token: 'rotated' }],
    ['an odd token type', { access_token: 'at', token_type: 'mac', refresh_token: 'rotated' }],
    [
      'an odd lifetime',
      { access_token: 'at', token_type: 'Bearer', expires_in: 'soon', refresh_token: 'rotated' },
    ],
    [
      'an odd scope',
      { access_token: 'at', token_type: 'Bearer', scope: ['a'], refresh_token: 'rotated' },
    ],
    [
      'an ID token that is none',
      { access_token: 'at', token_type: 'Bearer', id_token: 'x', refresh_token: 'rotated' },
    ],
    ['an error beside the tokens', { error: 'server_error', refresh_token: 'rotated' }],
  ])('with %s does not lose the refresh token that the server rotated to', async (_what, body) => {
    answer = json(200, body);

    expect(await redeem()).toEqual(body);
  });

  it('carries scope and extra parameters, and nothing but what was asked for', async () => {
    let sent = '';
    answer = (request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => (sent += text));
      request.on('end', () => json(200, whole)(request, response));
    };
    await redeem({
      scope: 'a b',
      parameters: { resource: ['https://one.example', 'https://two.example'], audience: 'x' },
    });

    expect([...new URLSearchParams(sent)].toSorted(([a], [b]) => a.localeCompare(b))).toEqual([
      ['audience', 'x'],
      ['client_id', 'web'],
      ['grant_type', 'refresh_token'],
      ['refresh_token', REFRESH_TOKEN],
      ['resource', 'https://one.example'],
      ['resource', 'https://two.example'],
      ['scope', 'a b'],
    ]);
  });
});

describe('a request that may not have left', () => {
  it('a refused connection surely did not', async () => {
    const { port } = await closedPort();

    expect(await failure({ tokenEndpoint: `http://127.0.0.1:${port}/token` })).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
      cause: { code: 'ECONNREFUSED' },
    });
  });

  it('a name that does not resolve surely did not', async () => {
    const { delivery } = await failure({
      tokenEndpoint: 'https://id.invalid/token',
      fetch: failing({ cause: { code: 'ENOTFOUND', syscall: 'getaddrinfo' } }),
    });

    expect(delivery).toBe('unsent');
  });

  it('a TLS handshake that failed surely did not', async () => {
    expect(
      await failure({ tokenEndpoint: `${origin.replace('http:', 'https:')}/token` }),
    ).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
  });

  it.each([
    ['UND_ERR_CONNECT_TIMEOUT', { cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } }],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', { cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' } }],
    ['ERR_TLS_CERT_ALTNAME_INVALID', { cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } }],
    [
      'every address refused',
      {
        cause: {
          name: 'AggregateError',
          code: 'ETIMEDOUT',
          errors: [
            { code: 'ETIMEDOUT', syscall: 'connect' },
            { code: 'ENETUNREACH', syscall: 'connect' },
          ],
        },
      },
    ],
    ['a code on the error itself, as axios has it', { code: 'ECONNREFUSED' }],
  ])('%s: surely not', async (_what, error) => {
    expect(await failure({ fetch: failing(error) })).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
  });

  it.each([
    ['a connection that was reset', { cause: { code: 'ECONNRESET', syscall: 'read' } }],
    ['a connection that died', { cause: { code: 'ETIMEDOUT', syscall: 'read' } }],
    ['a socket that was closed', { cause: { code: 'UND_ERR_SOCKET' } }],
    [
      'one address refused and another reset',
      {
        cause: {
          name: 'AggregateError',
          errors: [{ code: 'ECONNREFUSED' }, { code: 'ECONNRESET' }],
        },
      },
    ],
    ['a browser’s error, which says nothing', {}],
  ])('%s: perhaps', async (_what, error) => {
    expect(await failure({ fetch: failing(error) })).toMatchObject(perhapsLost);
  });

  it.each([
    ['code', Object.assign(new Error('x'), { cause: hostile('code') })],
    ['cause', hostile('cause', { code: 'ECONNREFUSED' })],
    ['errors', hostile('errors', { code: 'ECONNREFUSED' })],
    ['name', hostile('name', { code: 'ECONNREFUSED' })],
  ])('an error whose "%s" cannot be read: perhaps', async (_what, error) => {
    const fetch = () => Promise.reject(error);
    expect(await failure({ fetch })).toMatchObject(perhapsLost);
    expect(await failure({ clientAuthentication: () => Promise.reject(error) })).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
  });

  it('what a failing fetch attached to its error is not passed on', async () => {
    const error = {
      message: REFRESH_TOKEN,
      config: { data: REFRESH_TOKEN },
      cause: { message: REFRESH_TOKEN, code: REFRESH_TOKEN, data: REFRESH_TOKEN },
    };

    expect(everyTextIn(await failure({ fetch: failing(error) })).join()).not.toContain(
      REFRESH_TOKEN,
    );
  });

  it('a client authentication that throws: nothing was sent', async () => {
    expect(await failed(new Error('the key service is down'))).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
    expect(
      await failed(Object.assign(new TypeError('wrong key'), { code: 'ERR_INVALID_ARG_VALUE' })),
    ).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      delivery: 'unsent',
    });
    const own = new TokenError('ERR_REFRESH_UNAVAILABLE', { retryAfter: 1 });
    expect(await failed(own)).toBe(own);
    expect(calls).toBe(0);
  });

  it('the hard cap while the server thinks: perhaps', async () => {
    const cap = new AbortController();
    answer = () => cap.abort();

    expect(await failure({}, cap.signal)).toMatchObject(perhapsLost);
  });

  it('the hard cap while the body hangs: perhaps', async () => {
    const cap = new AbortController();
    answer = (_request, response) =>
      void response.writeHead(200).write('{"access_token":', () => cap.abort());

    expect(await failure({}, cap.signal)).toMatchObject(perhapsLost);
  });

  it('the hard cap reached before: surely not', async () => {
    expect(await failure({}, AbortSignal.abort())).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unsent',
    });
    expect(calls).toBe(0);
  });

  describe('where the platform knows that it is offline', () => {
    const original = Object.getOwnPropertyDescriptor(globalThis, 'navigator') ?? {
      configurable: true,
      value: undefined,
    };
    afterAll(() => void Object.defineProperty(globalThis, 'navigator', original));

    it('before and after the failure: surely not', async () => {
      platform([false, false]);
      expect(await failure({ fetch: failing({}) })).toMatchObject({ delivery: 'unsent' });
    });

    it('only after it: perhaps, the network may have gone with the answer', async () => {
      platform([true, false]);
      expect(await failure({ fetch: failing({}) })).toMatchObject({ delivery: 'unanswered' });
    });
  });
});

describe('discovery', () => {
  const unsent = { delivery: 'unsent' };

  /** What a grant sends where metadata names these endpoints. */
  const sentWith = async (issuer: string, metadata: object, more: Partial<GrantOptions> = {}) => {
    const urls: string[] = [];
    const outcome = await clientCredentialsGrant({
      issuer,
      clientId: 'web',
      fetch: async (url) => {
        urls.push(url);
        return Response.json({ issuer, access_token: 'at', ...metadata });
      },
      ...more,
    })(context()).catch(tokenErrorOf);
    return { outcome, urls };
  };
  const INTERNAL = [
    'http://127.0.0.1:8080/token',
    'http://localhost/token',
    'https://127.0.0.1/token',
    'https://localhost:8443/token',
    'https://localhost./token',
    'https://id.localhost/token',
    'https://[::1]/token',
    'https://[::]/token',
    'https://[::ffff:127.0.0.1]/token',
    'https://[::ffff:10.0.0.1]/token',
    'https://[::10.0.0.1]/token',
    'https://[fd00::1]/token',
    'https://[fe80::1]/token',
    'https://0.0.0.0/token',
    'https://0x7f.1/token',
    'https://2130706433/token',
    'https://10.1.2.3/token',
    'https://172.16.0.1/token',
    'https://172.31.255.1/token',
    'https://192.168.1.1/token',
    'https://169.254.169.254/token',
    'https://100.64.0.1/token',
  ];
  it.each(INTERNAL)(
    'metadata of a public issuer that names %s is refused: nothing is sent there',
    async (url) => {
      for (const metadata of [
        { token_endpoint: url },
        {
          token_endpoint: 'https://id.example.com/t',
          mtls_endpoint_aliases: { token_endpoint: url },
        },
      ]) {
        const { outcome, urls } = await sentWith('https://id.example.com', metadata);
        expect(outcome).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', ...unsent });
        expect((outcome as Error).message).toContain('a public https address');
        expect(urls).toHaveLength(1);
      }
    },
  );

  it.each([
    ['https://id.example.com', 'https://tokens.example.net/token'],
    ['https://id.example.com', 'https://172.32.0.1/token'],
    ['https://id.example.com', 'https://100.128.0.1/token'],
    ['https://id.example.com', 'https://11.0.0.1/token'],
    ['https://id.example.com', 'https://[2001:db8::1]/token'],
    ['https://id.example.com', 'https://localhost.example.com/token'],
    ['https://10.0.0.1', 'https://10.0.0.2/token'],
    ['https://localhost:8443', 'http://127.0.0.1:8080/token'],
    ['http://127.0.0.1:9000', 'http://localhost:9000/token'],
  ])('metadata of %s may name %s', async (issuer, token_endpoint) => {
    const { outcome, urls } = await sentWith(issuer, { token_endpoint });
    expect(outcome).toMatchObject({ access_token: 'at' });
    expect(urls[1]).toBe(token_endpoint);
  });

  it('metadata may name anything where insecure requests are allowed', async () => {
    const token_endpoint = 'http://10.0.0.2/token';
    const more = { allowInsecureRequests: true };
    const { outcome } = await sentWith('https://id.example.com', { token_endpoint }, more);
    expect(outcome).toMatchObject({ access_token: 'at' });
  });

  it('falls back from OpenID Connect Discovery to RFC 8414', async () => {
    const paths: string[] = [];
    answer = (request, response) => {
      paths.push(String(request.url));
      if (request.url === '/.well-known/oauth-authorization-server')
        json(200, { issuer: origin, token_endpoint: `${origin}/elsewhere` })(request, response);
      else if (request.url === '/elsewhere') json(200, { access_token: 'at' })(request, response);
      else html(404)(request, response);
    };

    expect(await issued()).toEqual({ access_token: 'at' });
    expect(paths).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/elsewhere',
    ]);
  });

  it.each([
    [
      'another issuer',
      { issuer: 'https://evil.example', token_endpoint: 'https://evil.example/token' },
    ],
    ['no token endpoint', { issuer: 'SELF' }],
    [
      'a token endpoint in the clear',
      { issuer: 'SELF', token_endpoint: 'http://id.example.com/token' },
    ],
    [
      'a certificate endpoint in the clear',
      {
        issuer: 'SELF',
        token_endpoint: 'https://id.example.com/token',
        mtls_endpoint_aliases: { token_endpoint: 'http://id.example.com/token' },
      },
    ],
  ])('metadata with %s is not usable, and nothing is sent', async (_what, metadata) => {
    answer = json(200, { ...metadata, issuer: metadata.issuer.replace('SELF', origin) });

    expect(await issued()).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', ...unsent });
    expect(calls).toBe(1);
  });

  it('a failure is never ambiguous, and not remembered', async () => {
    const acquire = clientCredentialsGrant({ issuer: origin, clientId: 'web' });
    answer = html(503, { 'retry-after': '1' });
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      retryAfter: 1_000,
      ...unsent,
    });
    answer = (request) => void request.socket.destroy();
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      ...unsent,
    });
    answer = html(404);
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      ...unsent,
    });
    answer = html(200);
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      ...unsent,
    });

    answer = json(200, { issuer: origin, token_endpoint: `${origin}/token`, access_token: 'at' });
    expect(await acquire(context())).toMatchObject({ access_token: 'at' });
  });

  it('a certificate uses the endpoints that ask for one (RFC 8705 section 5)', async () => {
    answer = (request, response) =>
      json(200, {
        issuer: origin,
        token_endpoint: `${origin}/no`,
        mtls_endpoint_aliases: { token_endpoint: `${origin}/mtls` },
        access_token: request.url,
      })(request, response);

    expect(await issued({ clientAuthentication: 'tls_client_auth' })).toMatchObject({
      access_token: '/mtls',
    });
  });
});

describe('revocation', () => {
  it('200 is a success, whatever its body', async () => {
    answer = html(200);
    await expect(revoke()).resolves.toBeUndefined();
  });

  it.each<Row>([
    [
      '503 with Retry-After is retried later',
      html(503, { 'retry-after': '1' }),
      { ...notNow, retryAfter: 1_000 },
    ],
    ['unsupported_token_type was answered', json(400, { error: 'unsupported_token_type' }), notNow],
    [
      'invalid_client is a matter of configuration',
      json(401, { error: 'invalid_client' }),
      configuration,
    ],
    ['a lost connection may have revoked', (request) => void request.socket.destroy(), perhapsLost],
    ['a redirect is not followed', html(307, { location: 'https://evil.example/' }), configuration],
  ])('%s', async (_what, listener, expected) => {
    answer = listener;
    await expect(revoke()).rejects.toMatchObject(expected);
  });
});

function failing(more: object): NonNullable<GrantOptions['fetch']> {
  return () => Promise.reject(Object.assign(new TypeError('fetch failed'), more));
}

/** An error with a getter that throws. */
function hostile(name: string, members: object = {}): Error {
  return Object.defineProperty(Object.assign(new Error('x'), members), name, {
    get(): never {
      throw new Error('hostile');
    },
  });
}

/** A port where nothing listens (any more). */
async function closedPort(): Promise<{ port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { port };
}
