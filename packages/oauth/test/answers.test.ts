import { describe, expect, it } from '@jest/globals';
import { tokenErrorOf } from 'unexpired';
import { clientCredentialsGrant, refreshTokenGrant } from '@unexpired/oauth';
import { context, tokens } from './support/context.ts';
import { everyTextIn } from './support/every-text.ts';
import { listen } from './support/listen.ts';
import {
  configuration,
  ended,
  html,
  json,
  notNow,
  perhapsLost,
  playedEndpoint,
  REFRESH_TOKEN,
  type Row,
} from './support/played-endpoint.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

/** The server's clock, which is not this machine's. */
const DATE = new Date(NOW).toUTCString();

const endpoint = playedEndpoint();
const { options, failure } = endpoint;

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
    endpoint.answer = listener;

    const { code, delivery, retryAfter } = await failure();

    expect({ code, delivery, ...(retryAfter === undefined ? {} : { retryAfter }) }).toEqual(
      expected,
    );
    expect(endpoint.calls).toBe(1);
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
      endpoint.answer = listener;
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
    endpoint.answer = json(400, { error: 'invalid_request' });

    expect((await failure()).cause).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('a token that is too short to be a secret hides no error code', async () => {
    endpoint.answer = json(400, { error: 'invalid_request' });
    const error = await refreshTokenGrant(options())(tokens('a'), context()).catch(tokenErrorOf);
    expect((error as Error).message).toContain('invalid_request');
  });

  it('client credentials have no session that could end: invalid_grant is a matter of configuration', async () => {
    endpoint.answer = json(400, { error: 'invalid_grant' });

    await expect(clientCredentialsGrant(options())(context())).rejects.toMatchObject(configuration);
  });

  it('no refresh token: the session has ended, and nothing is sent', async () => {
    await expect(refreshTokenGrant(options())(tokens(undefined), context())).rejects.toMatchObject({
      code: 'ERR_SESSION_ENDED',
      delivery: 'unsent',
    });
    expect(endpoint.calls).toBe(0);
  });

  it.each([301, 302, 303, 307, 308])(
    'a %i redirect is not followed: the other origin sees nothing',
    async (status) => {
      let elsewhere = 0;
      const other = await listen((_request, response) => {
        elsewhere += 1;
        response.end('{}');
      });
      endpoint.answer = html(status, { location: `${other.origin}/token` });

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
