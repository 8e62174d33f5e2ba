import type { Delivery } from '../errors/errors.ts';

/** What a refusal means for the session: the three words of `TokenError.action`. */
export type Meaning = 'signIn' | 'retry' | 'fix';

/** A refusal, as far as the decision needs it. */
export interface RefusalInput {
  /** `undefined`: there was no HTTP answer, or nobody told its status. */
  readonly status: number | undefined;
  /** The OAuth error code. */
  readonly code: string | undefined;
  /** The answer is a page, such as a gateway or a captive portal shows. */
  readonly html: boolean;
  /** There was no answer, or it could not be read to its end. */
  readonly lost: boolean;
  /** Ms. */
  readonly retryAfter: number | undefined;
}

/** What OAuth error codes mean, whatever the status is. */
const CODES: Readonly<Record<string, Meaning>> = {
  invalid_grant: 'signIn',
  // OpenID Connect Core section 3.1.2.6; MSAL throws these without a status.
  interaction_required: 'signIn',
  login_required: 'signIn',
  consent_required: 'signIn',
  account_selection_required: 'signIn',
  UNAUTHENTICATED: 'signIn', // GraphQL, by convention
  invalid_client: 'fix',
  unauthorized_client: 'fix',
  unsupported_grant_type: 'fix',
  invalid_scope: 'fix',
  invalid_request: 'fix',
  invalid_target: 'fix', // RFC 8707 section 2
  temporarily_unavailable: 'retry',
  server_error: 'retry',
  slow_down: 'retry',
};
/** With these a server rejects the client that asks, not the request. */
const REFUSED = new Set([400, 401, 403, 410, 419, 422, 440, 498]);
const LATER = new Set([408, 425, 429]);

/** What this OAuth error code means wherever it comes; `undefined`: the status decides. */
export const knownCode = (code: unknown): Meaning | undefined =>
  typeof code === 'string' && Object.hasOwn(CODES, code) ? CODES[code] : undefined;
const isClientError = (status: number): boolean =>
  status >= 400 && status < 500 && !LATER.has(status);

/**
 * The table *What ends a session*, in its order. `fromNothing`: nobody was signed in, so a refusal says that this is
 * still so.
 */
export function classifyRefusal(
  { status, code, html, lost }: RefusalInput,
  fromNothing: boolean,
): Meaning {
  const known = knownCode(code);
  if (known !== undefined) return known;
  if (lost || html) return 'retry';
  if (status === undefined || (status >= 200 && status < 300)) return 'fix'; // a success without a token
  if (!isClientError(status)) return 'retry';
  return fromNothing || REFUSED.has(status) ? 'signIn' : 'fix';
}

/**
 * `answered`: the server surely did not redeem the refresh token. A 5xx may come from after the rotation, whatever its
 * body says; but a 503 that gives a reason or a time was turned away.
 */
export function deliveryOf({
  status,
  code,
  html,
  lost,
  retryAfter,
}: RefusalInput): Delivery | undefined {
  const known = knownCode(code);
  const refused =
    (known !== undefined && known !== 'retry') ||
    status === 429 ||
    (status === 503 && (code !== undefined || retryAfter !== undefined)) ||
    (status !== undefined &&
      (isClientError(status)
        ? code !== undefined || !(lost || html)
        : code !== undefined && status < 500));
  return refused ? 'answered' : undefined;
}
