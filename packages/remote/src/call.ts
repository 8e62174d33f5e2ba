import { type Clock, TokenError, type TokenErrorCode, type TokenSource } from 'unexpired';
import { abortable, readJson } from 'unexpired/adapter';
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
  /** Aborts with the error for everybody who waits. */
  readonly closed: AbortSignal;
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
      const answer = run(url, {
        ...{ ...sent, redirect: 'manual' },
        headers: { ...headers, authorization },
      });
      return await abortable(answer, sent.signal); // whether it listens to the signal or not
    } catch {
      if (sent.signal.aborted) throw endOf(sent.signal);
      // Not as its cause: clients hang the request on their errors, and with it the credentials.
      throw away('The token service cannot be reached');
    }
  };
  return async (sent) => {
    const { signal } = sent;
    const first = await ofCredentials(() => credentials.getToken(), signal);
    if (first === undefined) throw refused(NO_CREDENTIALS);
    const answer = await send(sent, headerOf(first));
    if (answer.status !== 401) return answer;
    const next = await ofCredentials(() => credentials.replaceRejected(first.accessToken), signal);
    return next === undefined ? answer : send(sent, headerOf(next));
  };
}

const NO_CREDENTIALS = 'There are no credentials for the token service';

/** What the source of the credentials says. That its own session has ended is no end of the session that is asked for. */
async function ofCredentials<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await abortable(ask(), signal);
  } catch (error) {
    if (signal.aborted) throw endOf(signal);
    throw error instanceof TokenError && error.action === 'signIn'
      ? refused(NO_CREDENTIALS)
      : error;
  }
}

const away = (message: string): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', { message });

/** Why a call was given up: what was waited for is closed, or it took too long. */
const endOf = ({ reason }: AbortSignal): TokenError =>
  reason instanceof TokenError
    ? reason
    : away(`The token service did not answer within ${LIMIT} ms`);

/** Calls the service. Rejects with a `TokenError`, for every problem but a 404. */
export function createCaller({ address, send, clock, closed }: CallParts) {
  return async ({ method, path, body, anew }: Call): Promise<Answer> => {
    const limit = new AbortController();
    const { signal } = limit;
    const close = (): void => limit.abort(closed.reason);
    closed.addEventListener('abort', close);
    const cancel = clock.setTimeout(() => limit.abort(), LIMIT);
    try {
      const answer = await send({
        ...{ url: address + path, method, signal },
        headers: {
          prefer: 'wait=10',
          ...(anew === true && { 'cache-control': 'no-cache' }), // RFC 9111 section 5.2.1.4
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return await abortable(read(answer, clock), signal).catch((error: unknown) => {
        throw signal.aborted ? endOf(signal) : error;
      });
    } finally {
      closed.removeEventListener('abort', close);
      cancel();
    }
  };
}

/** Begins an event stream. Rejects with a `TokenError` where there is none. */
export async function openEvents(
  send: Sender,
  {
    base,
    last,
    signal,
    clock,
  }: { base: string; last: string | undefined; signal: AbortSignal; clock: Clock },
): Promise<RemoteAnswer> {
  const answer = await send({
    ...{ url: `${base}/v1/events`, method: 'GET', signal },
    headers: {
      accept: 'text/event-stream',
      ...(last !== undefined && { 'last-event-id': last }),
    },
  });
  if (answer.status !== 200) await read(answer, clock);
  if (answer.status !== 200 || answer.body === undefined || answer.body === null)
    throw refused('The token service gives no events, or this fetch no body to read');
  return answer;
}

const headerOf = (token: {
  readonly accessToken: string;
  readonly tokenType?: string | undefined;
}) => `${token.tokenType ?? 'Bearer'} ${token.accessToken}`;

async function read(answer: RemoteAnswer, clock: Clock): Promise<Answer> {
  const { status } = answer;
  const type = answer.headers.get('content-type');
  if (status === 0 || (status >= 300 && status < 400))
    throw refused('The token service redirects: give its own address');
  const isEmpty = status === 204;
  const found = isEmpty ? {} : await jsonOf(answer, type, clock);
  const body = typeof found === 'object' && found !== null ? (found as Answer['body']) : undefined;
  if (status >= 200 && status < 300) {
    if (body === undefined)
      throw away('What answered for the token service gave no JSON, or only a part of it');
    const date = Date.parse(answer.headers.get('date') ?? '');
    return { status, body, date: Number.isNaN(date) ? undefined : date };
  }
  if (status === 404 && body?.['code'] === 'unknown') return { status, body, date: undefined };
  // A page for people comes from something before the service, and says nothing about the session.
  const isPage = /html/i.test(type ?? '');
  throw failureOf(
    status,
    { ...(isPage && { action: 'retry' }), ...body },
    answer.headers.get('retry-after'),
  );
}

/** Of 1 MiB and 5 s at the most, where the body can be read piece by piece. `undefined`: it cannot be read. */
function jsonOf(answer: RemoteAnswer, type: string | null, clock: Clock): Promise<unknown> {
  const reader = answer.body?.getReader();
  return reader === undefined
    ? answer.json().catch(() => undefined)
    : readJson(type, reader, clock);
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
