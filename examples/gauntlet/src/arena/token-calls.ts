import type { IncomingMessage, ServerResponse } from 'node:http';
import { toJwt } from './access-token.ts';
import type { Arena } from './types.ts';
import { pause, trueNow } from './clock.ts';
import { readBody, sendJson } from './wire.ts';

/** Ms that a call travels before the token endpoint sees it. */
const LATENCY = 60;
const METADATA = '/.well-known/oauth-authorization-server';

/** The endpoints of the authorization server: RFC 6749's, and those that supabase-js calls in its place. */
export function isTokenCall(path: string): boolean {
  return path === '/token' || path.startsWith('/auth/v1/') || path.startsWith(METADATA);
}

export async function answerTokenCall(
  { server, address }: Pick<Arena, 'server' | 'address'>,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url.pathname.startsWith(METADATA))
    return sendJson(response, 200, metadata(new URL(address.tokenEndpoint).origin));
  if (url.pathname === '/auth/v1/user') return sendJson(response, 200, USER);
  if (url.pathname === '/auth/v1/logout') return void response.writeHead(204).end();
  const body = await readBody(request);
  const isForSupabase = url.pathname !== '/token';
  const refreshToken = isForSupabase
    ? (JSON.parse(body) as { refresh_token: string }).refresh_token
    : (new URLSearchParams(body).get('refresh_token') ?? undefined);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await pause(LATENCY);
  const reply = await server.token({ grantType: 'refresh_token', refreshToken }, gone.signal);
  if (!('status' in reply)) return void response.destroy();
  const answer = reply.status === 200 ? inJwt(reply.body, isForSupabase) : reply.body;
  response.writeHead(reply.status, {
    ...reply.headers,
    'content-length': Buffer.byteLength(answer),
  });
  response.end(answer);
}

function inJwt(body: string, isForSupabase: boolean): string {
  const answer = JSON.parse(body) as { access_token: string; expires_in: number };
  const wrapped = {
    ...answer,
    access_token: toJwt(answer.access_token, trueNow(), answer.expires_in),
    ...(isForSupabase ? { user: USER } : {}),
  };
  return JSON.stringify(wrapped);
}

const USER = {
  id: 'ada',
  aud: 'authenticated',
  app_metadata: {},
  user_metadata: {},
  created_at: '',
};

const metadata = (origin: string): object => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
});
