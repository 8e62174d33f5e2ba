import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Issued, type Seen, sessions } from './sessions.ts';

export interface Policy {
  /** How many requests the first access token of a session is good for: it expires among the requests of an app. Default: any number. */
  readonly firstServes?: number;
  /** What of a session is in cookies that no script can read. */
  readonly cookies?: 'tokens' | 'refreshToken';
  /** How the API refuses a token. Default: a 401. */
  readonly refusal?: Refusal;
}

/** Status and body. */
type Refusal = readonly [number, unknown];

type Answer = readonly [status: number, body: unknown, headers?: Record<string, string | string[]>];

export interface BackEnd {
  readonly seen: Seen;
  /** Logins, refreshes, a token endpoint with its metadata; every other path is an API. */
  answer(request: IncomingMessage, origin: string): Promise<Answer>;
}

export function backEnd({
  firstServes,
  cookies,
  refusal = [401, { error: 'expired' }],
}: Policy): BackEnd {
  const { seen, open, redeem, serve } = sessions(firstServes);

  const answerOf = (issued: Issued | undefined): Answer => {
    if (!issued) return [400, { error: 'invalid_grant' }];
    const { user, access_token, refresh_token, expires_in } = issued;
    const inBody = { token_type: 'Bearer', access_token, expires_in };
    if (!cookies) return [200, { ...inBody, refresh_token }];
    const set = [`rt=${refresh_token}; HttpOnly; Path=/`];
    if (cookies === 'refreshToken') return [200, inBody, { 'set-cookie': set }];
    set.push(`at=${access_token}; HttpOnly; Path=/`);
    return [200, { userId: user, expires_in }, { 'set-cookie': set }];
  };

  const handlers: Record<string, (request: IncomingMessage, origin: string) => Promise<Answer>> = {
    'POST /auth/login': async (request) => {
      const { email, name = email } = await membersOf(request);
      return typeof name === 'string' ? answerOf(open(name)) : [400, { error: 'no name' }];
    },
    'POST /auth/refresh': async (request) => {
      const { refreshToken } = await membersOf(request);
      const [status, ...rest] = answerOf(
        await slowly(redeem, refreshToken ?? cookieOf(request, 'rt')),
      );
      return [status === 400 ? 401 : status, ...rest];
    },
    'POST /token': async (request) => {
      const form = new URLSearchParams(await textOf(request));
      if (form.get('grant_type') === 'client_credentials') {
        const { access_token, expires_in } = open('service');
        return [200, { token_type: 'Bearer', access_token, expires_in }];
      }
      return answerOf(await slowly(redeem, form.get('refresh_token')));
    },
    'POST /revoke': async () => [200, {}],
    'GET /.well-known/openid-configuration': async (_request, issuer) => [
      200,
      {
        issuer,
        token_endpoint: `${issuer}/token`,
        revocation_endpoint: `${issuer}/revoke`,
        authorization_endpoint: `${issuer}/authorize`,
      },
    ],
  };

  return {
    seen,
    async answer(request, origin) {
      const { method = '', url = '', headers } = request;
      const handler = handlers[`${method} ${url}`];
      if (handler) return handler(request, origin);
      const bearer = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1];
      return apiAnswer(
        serve(cookies === 'tokens' ? cookieOf(request, 'at') : bearer),
        url,
        refusal,
      );
    },
  };
}

const apiAnswer = (user: string | undefined, url: string, refusal: Refusal): Answer =>
  user === undefined
    ? [...refusal, { 'www-authenticate': 'Bearer error="invalid_token"' }]
    : [200, { user, url }];

/** A token endpoint takes its time, in which everybody else comes to it, too. */
async function slowly<Result>(work: (token: unknown) => Result, token: unknown): Promise<Result> {
  const result = work(token);
  await pause(50);
  return result;
}

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

/** What is in a body counts only if that is labelled as what it is. */
async function membersOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const text = await textOf(request);
  const type = request.headers['content-type'] ?? '';
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text));
  return type.startsWith('application/json') && text
    ? ((JSON.parse(text) as Record<string, unknown> | null) ?? {})
    : {};
}

const cookieOf = (request: IncomingMessage, name: string): string | undefined =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1];
