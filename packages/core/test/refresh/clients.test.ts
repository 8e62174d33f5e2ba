// What ends a session, with the answers that real clients give and throw for a real server's answers.
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTokenManager } from '../../src/index.ts';
import { CLIENTS, msalErrors, type Post, SDK_ERRORS } from '../support/http-clients.ts';
import { outcome } from '../support/session.ts';

const ACTIONS = {
  signIn: ['ERR_SESSION_ENDED', 'ERR_SIGNED_OUT'],
  retry: ['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_UNAVAILABLE'],
  fix: ['ERR_REFRESH_CONFIGURATION', 'ERR_REFRESH_CONFIGURATION'],
  answer: ['ERR_REFRESH_ANSWER', 'ERR_REFRESH_ANSWER'],
  token: ['new', 'new'],
} as const;
type Action = keyof typeof ACTIONS;

const HTML = '<!DOCTYPE html><html><body>please wait</body></html>';
const json = (body: unknown): [type: string, body: string] => [
  'application/json',
  JSON.stringify(body),
];
const oauth = (error: string) => json({ error, error_description: 'a text' });
type Row = readonly [
  status: number,
  answer: readonly [type: string, body: string],
  refresh: Action,
  acquire?: Action,
];
const rows: Row[] = [
  ...[200, 400, 401, 500].map((status): Row => [status, oauth('invalid_grant'), 'signIn']),
  ...[
    'invalid_client',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_request',
  ].flatMap((error): Row[] => [400, 401].map((status) => [status, oauth(error), 'fix'])),
  ...['temporarily_unavailable', 'server_error', 'slow_down'].flatMap((error): Row[] =>
    [400, 503].map((status) => [status, oauth(error), 'retry']),
  ),
  ...[408, 425, 429, 500, 502, 503, 504].map(
    (status): Row => [status, json({ message: 'a text' }), 'retry'],
  ),
  ...[200, 400, 401, 403, 404, 419, 502].map(
    (status): Row => [status, ['text/html', HTML], 'retry'],
  ),
  [401, ['text/plain', `\n ${HTML}`], 'retry'],
  ...[400, 401, 403, 410, 419, 422, 440, 498].flatMap((status): Row[] => [
    [status, json({ message: 'a text' }), 'signIn'],
    [status, ['text/plain', ''], 'signIn'],
  ]),
  ...[404, 409, 418].map((status): Row => [status, json({}), 'fix', 'signIn']),
  [200, json({}), 'answer'],
  [200, json({ error: 'bad_refresh_token' }), 'answer'],
  [204, ['text/plain', ''], 'answer'],
  [200, ['application/json', '{"access_token":"ne'], 'retry'],
  [200, json({ access_token: 'new', refresh_token: 'r2', expires_in: 3600 }), 'token'],
  [201, json({ accessToken: 'new', refreshToken: 'r2' }), 'token'],
];
const named = rows.map(
  ([status, [type, body], refresh, acquire = refresh]) =>
    [status, body.trim() === '' ? `an empty ${type}` : body, type, body, refresh, acquire] as const,
);

let server: Server;
let origin: string;
let answer: RequestListener;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** How a refresh ends that does this; with the refresh token that may have been spent, or from nothing. */
async function ends(way: 'refresh' | 'acquire', post: Post): Promise<unknown> {
  const tokens = createTokenManager({
    random: () => 0,
    ...(way === 'refresh'
      ? {
          tokens: { accessToken: 'a', refreshToken: 'r', expiresAt: 0 },
          refresh: (_: unknown, { signal }: { signal: AbortSignal }) =>
            post(origin, signal) as Promise<never>,
        }
      : {
          acquire: ({ signal }: { signal: AbortSignal }) => post(origin, signal) as Promise<never>,
        }),
  });
  const ended = await outcome(tokens.refresh());
  await tokens.close();
  return ended;
}

describe.each(Object.entries(CLIENTS))('with %s', (_name, post) => {
  it.each(named)('HTTP %d %s, as %s', async (status, _, type, body, refresh, acquire) => {
    answer = (_request, response) =>
      void response
        .writeHead(status, { 'content-type': type, 'retry-after': '3600' })
        .end(status === 204 ? undefined : body);
    expect([await ends('refresh', post), await ends('acquire', post)]).toEqual([
      ACTIONS[refresh][0],
      ACTIONS[acquire][1],
    ]);
  });

  it('no answer', async () => {
    answer = (request) => void request.socket.destroy();
    expect([await ends('refresh', post), await ends('acquire', post)]).toEqual(ACTIONS.retry);
  });
});

describe.each(Object.entries(SDK_ERRORS))('with %s', (_, make) => {
  const errors = named
    .map(([status, , type, body, refresh, acquire]) => {
      const code = /"error":"(\w+)"/.exec(body)?.[1];
      return [status, code, type, refresh, acquire] as const;
    })
    .filter(
      ([status, code, type]) => status >= 400 && type === 'application/json' && make(status, code),
    );
  it.each(errors)('HTTP %d %s', async (status, code, _type, refresh, acquire) => {
    const post = async (): Promise<never> => {
      throw make(status, code) as Error;
    };
    expect([await ends('refresh', post), await ends('acquire', post)]).toEqual([
      ACTIONS[refresh][0],
      ACTIONS[acquire][1],
    ]);
  });
});

describe('with MSAL', () => {
  it.each([
    ['its error for a login that is needed', msalErrors.interaction(), 'signIn'],
    ['the same, in its own words', msalErrors.interaction('no_tokens_found'), 'signIn'],
    ['its error for a network that is gone', msalErrors.network(), 'retry'],
  ] as const)('%s', async (_, error, action) => {
    expect([
      await ends('refresh', () => Promise.reject(error)),
      await ends('acquire', () => Promise.reject(error)),
    ]).toEqual(ACTIONS[action]);
  });
});

describe('a refresh function that returns the JSON alone', () => {
  it.each([
    [{ error: 'invalid_grant' }, 'signIn'],
    [{ error: 'invalid_client' }, 'fix'],
    [{ error: 'temporarily_unavailable' }, 'retry'],
    [{ statusCode: 401, message: 'Unauthorized', error: 'Unauthorized' }, 'signIn'],
    [{ status: 403, title: 'Forbidden' }, 'signIn'],
    [{ status: 503, error: 'Service Unavailable' }, 'retry'],
    [{ message: 'Unauthenticated.' }, 'answer'],
  ] as const)('%j', async (body, action) => {
    expect([
      await ends('refresh', async () => body),
      await ends('acquire', async () => body),
    ]).toEqual(ACTIONS[action]);
  });
});
