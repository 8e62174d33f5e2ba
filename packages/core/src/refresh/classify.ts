import { TokenError, tokenErrorOf } from '../errors/errors.ts';
import { safeCause } from '../errors/safe-cause.ts';

const CONFIGURATION = /^(invalid_client|unauthorized_client|unsupported_grant_type|invalid_scope)$/;
/** The codes that say something about the session when a refresh function throws them. */
const MEANT = new Set([
  'ERR_SESSION_ENDED',
  'ERR_REFRESH_UNAVAILABLE',
  'ERR_REFRESH_LIMIT',
  'ERR_REFRESH_CONFIGURATION',
  'ERR_REFRESH_ANSWER',
  'ERR_REENTRANT',
]);

/**
 * What an error thrown by a refresh function means for the session. A `TokenError` means its code. Anything else is
 * recognised by its shape: the OAuth `error` of its body, then its HTTP status. What is not recognised as an answer may
 * have been processed by the server, so it is `ERR_REFRESH_UNAVAILABLE` without a `delivery`: never tried again at once.
 *
 * `fromNothing`: there was no session yet, so a refusal means that nobody is signed in.
 * The error's own text is kept as the cause only after `secrets` were struck out of it.
 */
export function meaningOf(
  thrown: unknown,
  fromNothing: boolean,
  secrets: readonly string[],
  now: number,
): TokenError {
  const typed = tokenErrorOf(thrown);
  const cause = safeCause(thrown, secrets);
  if (typed !== undefined && typed === thrown) {
    if (fromNothing && typed.action === 'signIn')
      return new TokenError('ERR_SIGNED_OUT', { message: 'Nobody is signed in', cause: typed });
    return MEANT.has(typed.code)
      ? typed
      : new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'The refresh failed', cause });
  }

  const { status, code, retryAfter } = shapeOf(thrown, secrets, now);
  const said = `${status === undefined ? '' : ` with HTTP ${status}`}${code === undefined ? '' : ` (${code})`}`;
  if (code !== undefined && CONFIGURATION.test(code))
    return new TokenError('ERR_REFRESH_CONFIGURATION', {
      message: `The refresh was refused${said}`,
      cause,
      delivery: 'answered',
    });
  if (
    fromNothing &&
    status !== undefined &&
    status >= 400 &&
    status < 500 &&
    status !== 408 &&
    status !== 429
  )
    return new TokenError('ERR_SIGNED_OUT', {
      message: `Nobody is signed in: the server answered${said}`,
      cause,
    });
  if (code === 'invalid_grant' || status === 401)
    return new TokenError('ERR_SESSION_ENDED', {
      message: `The server ended the session${said}`,
      cause,
      delivery: 'answered',
    });
  // A 5xx may come from after the rotation, whatever its body says; but a 503 that gives a reason or a time was turned away.
  const answered =
    status === 429 ||
    (code !== undefined && Number(status) < 500) ||
    (status === 503 && (code !== undefined || retryAfter !== undefined));
  const delivery = answered ? 'answered' : undefined;
  return new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `The refresh failed${said}`,
    cause,
    retryAfter,
    delivery,
  });
}

type Shape = Record<string, unknown> | undefined;
const membersOf = (value: unknown): Shape => (value ?? undefined) as Shape;

/** Status, OAuth error code and Retry-After of an error as axios, ky, oauth4webapi and hand-written clients throw them. */
function shapeOf(
  thrown: unknown,
  secrets: readonly string[],
  now: number,
): { status: number | undefined; code: string | undefined; retryAfter: number | undefined } {
  const error = membersOf(thrown);
  const response = membersOf(error?.['response']);
  const status = [error?.['status'], response?.['status'], error?.['statusCode']].find(
    (found) => typeof found === 'number',
  );
  const code = [response?.['data'], error?.['data'], error?.['body'], error]
    .map((body) => membersOf(body)?.['error'])
    .find(
      (found) =>
        typeof found === 'string' &&
        /^[\w-]{1,40}$/.test(found) &&
        !secrets.some((secret) => found.includes(secret)),
    );
  return {
    status,
    code: code as string | undefined,
    retryAfter: retryAfterOf(response?.['headers'] ?? error?.['headers'], now),
  };
}

/** Retry-After (RFC 9110 section 10.2.3), seconds or HTTP-date, as ms from now. */
function retryAfterOf(headers: unknown, now: number): number | undefined {
  const bag = membersOf(headers);
  const get = bag?.['get'];
  const value: unknown =
    typeof get === 'function' ? get.call(bag, 'retry-after') : bag?.['retry-after'];
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const wait = Number.isNaN(Number(value)) ? Date.parse(String(value)) - now : Number(value) * 1000;
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined;
}
