import { TokenError, type TokenErrorCode, type TokenErrorOptions } from 'unexpired';
import { isSecret } from 'unexpired/adapter';

/** An answer that was not a success, as far as it matters. */
export interface Refusal {
  readonly status: number;
  /** A redirect, visible (3xx) or hidden by a browser. */
  readonly redirect: boolean;
  /** The `error` of the body (RFC 6749 section 5.2), as the server sent it. */
  readonly error: string | undefined;
  /** Ms. */
  readonly retryAfter: number | undefined;
}

/** What may be concluded from a {@link Refusal}. */
type RefusalCode = Extract<
  TokenErrorCode,
  'ERR_SESSION_ENDED' | 'ERR_REFRESH_UNAVAILABLE' | 'ERR_REFRESH_CONFIGURATION'
>;

/** The code, and what is known of the delivery. */
export type Meaning = readonly [
  code: RefusalCode,
  delivery: NonNullable<TokenErrorOptions['delivery']>,
];

const ENDED: Meaning = ['ERR_SESSION_ENDED', 'answered'];
const CONFIGURATION: Meaning = ['ERR_REFRESH_CONFIGURATION', 'answered'];
const NOT_NOW: Meaning = ['ERR_REFRESH_UNAVAILABLE', 'answered'];
const PERHAPS_LOST: Meaning = ['ERR_REFRESH_UNAVAILABLE', 'unanswered'];

/** RFC 6749 section 5.2, RFC 8707 section 2 (`invalid_target`). */
const CLIENT_ERRORS = new Set([
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]);
const PASSING_ERRORS = new Set(['server_error', 'temporarily_unavailable']);

/** Where a 429 does not say how long: a few seconds, which a flight can sit out, rather than at once. */
const DEFAULT_WAIT_AFTER_429 = 5_000;

/** What a refusal means: a pure function of the answer. `spends`: the call redeems a refresh token. */
export function classifyRefusal(
  { status, redirect, error, retryAfter }: Refusal,
  spends: boolean,
): Meaning {
  if (redirect) return CONFIGURATION;
  if (error === 'invalid_grant') return spends ? ENDED : CONFIGURATION;
  if (error !== undefined && CLIENT_ERRORS.has(error)) return CONFIGURATION;
  if (status === 429) return NOT_NOW;
  if (status === 503)
    return retryAfter !== undefined || error !== undefined ? NOT_NOW : PERHAPS_LOST;
  // Another 5xx may come from after the rotation, whatever its body says: the gateway or the handler died half way.
  if (status >= 500) return PERHAPS_LOST;
  if (error !== undefined && PASSING_ERRORS.has(error)) return NOT_NOW;
  if (status === 401) return CONFIGURATION;
  if (status >= 400) return NOT_NOW;
  // Success by its status, with an OAuth error in it (GitHub does that) or with nothing that can be used.
  return error !== undefined ? NOT_NOW : PERHAPS_LOST;
}

/** A refusal as a {@link TokenError}. `secrets`: what was sent, never to be quoted back. */
export function refusalError(
  refusal: Refusal,
  endpoint: string,
  meaning: Meaning,
  secrets: readonly string[],
  problem?: string,
): TokenError {
  const error = quotable(refusal.error, secrets);
  const text = refusal.redirect
    ? `The ${endpoint} redirected, which is never followed: the tokens would travel with it`
    : `The ${endpoint} answered ${[refusal.status, error, problem].filter((part) => part !== undefined).join(', ')}`;
  const cause = Object.assign(
    new Error(`HTTP ${refusal.status}`),
    { status: refusal.status },
    error === undefined ? {} : { error },
  );
  const retryAfter =
    refusal.retryAfter ?? (refusal.status === 429 ? DEFAULT_WAIT_AFTER_429 : undefined);
  return new TokenError(meaning[0], { message: text, cause, delivery: meaning[1], retryAfter });
}

/** An error code that looks like one. `error_description` is never quoted: some servers put the refused token in it. */
function quotable(error: string | undefined, secrets: readonly string[]): string | undefined {
  if (error === undefined) return undefined;
  const looksLikeACode = error.length <= 60 && /^[a-z]+(?:_[a-z]+)*$/.test(error);
  return looksLikeACode && !secrets.some((secret) => isSecret(secret) && error.includes(secret))
    ? error
    : 'an error code that is not quoted here';
}
