import type { TokenResponse } from 'unexpired';
import type { Fault } from './faults.ts';

/** An HTTP answer, or what comes in its place. */
export type Reply =
  | {
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string /** The body ends before its announced length. */;
      readonly cut?: true;
    }
  /** `refused`: there was no connection. `lost`: there was one. */
  | { readonly failure: 'refused' | 'lost' };

/** A {@link Reply} that is an answer. */
export type HttpReply = Extract<Reply, { status: number }>;

/** RFC 6749 section 5.1 wants it on every answer that holds a token. */
const JSON_HEADERS = { 'content-type': 'application/json', 'cache-control': 'no-store' };
const PAGE = '<!doctype html><title>Sorry</title><h1>This is not the page you are looking for</h1>';

export const jsonReply = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpReply => ({
  status,
  headers: { ...JSON_HEADERS, ...headers },
  body: JSON.stringify(body),
});

export const tokenReply = (answer: TokenResponse): HttpReply => jsonReply(200, answer);

/** RFC 6749 section 5.2. */
export const errorReply = (error: string, status = 400): HttpReply => jsonReply(status, { error });

const htmlReply = (status: number, headers: Readonly<Record<string, string>> = {}): HttpReply => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: PAGE,
});

/** What the client gets instead of `reply`, or (`undefined`) nothing at all. */
export function spoil(
  fault: Exclude<Fault, { type: 'delay' }>,
  reply: HttpReply | undefined,
  now: number,
): Reply | undefined {
  switch (fault.type) {
    case 'refuse':
      return { failure: 'refused' };
    case 'drop':
      return { failure: 'lost' };
    case 'hang':
      return undefined;
    case 'status':
      return htmlReply(fault.status);
    case 'html':
      return htmlReply(200);
    case 'cut': {
      const whole =
        reply?.body ?? JSON.stringify({ access_token: 'a token that was never issued' });
      return {
        status: 200,
        headers: JSON_HEADERS,
        body: whole.slice(0, whole.length >> 1),
        cut: true,
      };
    }
    case 'retryLater':
      return htmlReply(fault.status ?? 429, retryAfterHeader(fault, now));
    case 'oauthError':
      return errorReply(fault.error, fault.status);
    case 'reshape':
      return reply === undefined || reply.status !== 200
        ? reply
        : jsonReply(200, fault.body(JSON.parse(reply.body) as Record<string, unknown>));
  }
}

/** RFC 9110 section 10.2.3. Seconds are rounded up, a date to the next whole one: never sooner than asked for. */
function retryAfterHeader(
  { retryAfter, form = 'seconds' }: Extract<Fault, { type: 'retryLater' }>,
  now: number,
): Record<string, string> {
  if (retryAfter === undefined) return {};
  const date = new Date(now).toUTCString();
  if (form === 'seconds') return { date, 'retry-after': String(Math.ceil(retryAfter / 1000)) };
  return {
    date,
    'retry-after': new Date(Math.ceil((now + retryAfter) / 1000) * 1000).toUTCString(),
  };
}
