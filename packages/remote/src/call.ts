import { type Clock, TokenError, type TokenErrorCode, type TokenSource } from 'unexpired';
import type { RemoteAnswer, RemoteFetch } from './options.ts';

/** One call of the service. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** After the address of the session. */
  readonly path: '' | '/token';
  readonly body?: unknown;
  /** It is known here that something has changed: what a replica knew before that is no answer. */
  readonly anew?: boolean;
}

/** What the service answered. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Ms since the epoch, on the service's clock; `undefined`: it did not say. */
  readonly date: number | undefined;
}

/** Ms: more than the service waits for a refresh. */
const LIMIT = 35_000;
const CODES: Readonly<Record<TokenErrorCode, true>> = {
  ERR_SIGNED_OUT: true,
  ERR_SESSION_ENDED: true,
  ERR_REFRESH_UNAVAILABLE: true,
  ERR_REFRESH_LIMIT: true,
  ERR_WAIT_LIMIT: true,
  ERR_REFRESH_CONFIGURATION: true,
  ERR_REFRESH_ANSWER: true,
  ERR_REENTRANT: true,
  ERR_STORE_RECORD: true,
  ERR_CLOSED: true,
};

export interface CallParts {
  readonly address: string;
  readonly send: Sender;
  readonly clock: Clock;
}

/** A request to the service, but for the credentials. */
interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
}
/** Rejects with a `TokenError` where there is no answer. */
export type Sender = (sent: Sent) => Promise<RemoteAnswer>;

/** Sends requests with the credentials. Those that the service refuses are replaced once. */
export function createSender(parts: {
  readonly credentials: TokenSource;
  readonly fetch: RemoteFetch | undefined;
}): Sender {
  const { credentials, fetch } = parts;
  const send = async ({ url, headers, ...sent }: Sent, authorization: string) => {
    try {
      const run = fetch ?? globalThis.fetch;
      return await run(url, {
        ...{ ...sent, redirect: 'manual' },
        headers: { ...headers, authorization },
      });
    } catch {
      // Not as its cause: clients hang the request on their errors, and with it the credentials.
      throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
        message: sent.signal.aborted
          ? `The token service did not answer within ${LIMIT} ms`
          : 'The token service cannot be reached',
      });
    }
  };
  return async (sent) => {
    const first = await credentials.getToken();
    if (first === undefined) throw refused('There are no credentials for the token service');
    const answer = await send(sent, headerOf(first));
    if (answer.status !== 401) return answer;
    const next = await credentials.replaceRejected(first.accessToken);
    return next === undefined ? answer : send(sent, headerOf(next));
  };
}

/** Calls the service. Rejects with a `TokenError`, for every problem but a 404. */
export function createCaller({ address, send, clock }: CallParts) {
  return async ({ method, path, body, anew }: Call): Promise<Answer> => {
    const limit = new AbortController();
    const cancel = clock.setTimeout(() => limit.abort(), LIMIT);
    try {
      const answer = await send({
        ...{ url: address + path, method, signal: limit.signal },
        headers: {
          prefer: 'wait=10',
          ...(anew === true && { 'cache-control': 'no-cache' }), // RFC 9111 section 5.2.1.4
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return await read(answer);
    } finally {
      cancel();
    }
  };
}

/** Begins an event stream. Rejects with a `TokenError` where there is none. */
export async function openEvents(
  send: Sender,
  { base, last, signal }: { base: string; last: string | undefined; signal: AbortSignal },
): Promise<RemoteAnswer> {
  const answer = await send({
    ...{ url: `${base}/v1/events`, method: 'GET', signal },
    headers: {
      accept: 'text/event-stream',
      ...(last !== undefined && { 'last-event-id': last }),
    },
  });
  if (answer.status !== 200) await read(answer);
  if (answer.status !== 200 || answer.body === undefined || answer.body === null)
    throw refused('The token service gives no events, or this fetch no body to read');
  return answer;
}

const headerOf = (token: {
  readonly accessToken: string;
  readonly tokenType?: string | undefined;
}) => `${token.tokenType ?? 'Bearer'} ${token.accessToken}`;

async function read(answer: RemoteAnswer): Promise<Answer> {
  const { status } = answer;
  if (status === 0 || (status >= 300 && status < 400))
    throw refused('The token service redirects: give its own address');
  const isEmpty = status === 204;
  const found = isEmpty ? {} : await answer.json().catch(() => undefined);
  const body = typeof found === 'object' && found !== null ? (found as Answer['body']) : undefined;
  if (status >= 200 && status < 300) {
    if (body === undefined)
      throw new TokenError('ERR_REFRESH_ANSWER', {
        message: 'The token service gave an answer that is no JSON',
      });
    const date = Date.parse(answer.headers.get('date') ?? '');
    return { status, body, date: Number.isNaN(date) ? undefined : date };
  }
  if (status === 404 && body?.['code'] === 'unknown') return { status, body, date: undefined };
  throw failureOf(status, body ?? {}, answer.headers.get('retry-after'));
}

const refused = (message: string): TokenError =>
  new TokenError('ERR_REFRESH_CONFIGURATION', { message });

const WHY: Readonly<Record<number, string>> = {
  401: 'The token service does not accept the credentials',
  403: 'The credentials may not do this with this session',
};

/** A problem as a `TokenError`: by its code, where that is one; else by what it asks for, else by its status. */
function failureOf(
  status: number,
  { code, action, title }: Answer['body'],
  retryAfter: string | null,
): TokenError {
  const seconds = Number(retryAfter ?? Number.NaN);
  const options = {
    message: `${WHY[status] ?? 'The token service answered'} (${status}${typeof title === 'string' ? `: ${title.slice(0, 200)}` : ''})`,
    ...(Number.isFinite(seconds) && { retryAfter: seconds * 1000 }),
  };
  const known = typeof code === 'string' && Object.hasOwn(CODES, code) ? code : undefined;
  // Who is closed there is another one here: another replica answers.
  if (known !== undefined && known !== 'ERR_CLOSED')
    return new TokenError(known as TokenErrorCode, options);
  if (action === 'signIn') return new TokenError('ERR_SESSION_ENDED', options);
  const isAway = status >= 500 || status === 429 || action === 'retry';
  return new TokenError(isAway ? 'ERR_REFRESH_UNAVAILABLE' : 'ERR_REFRESH_CONFIGURATION', options);
}
