import { type Challenge, parseChallenges } from './challenges.ts';
import type { ApiResponse } from './options.ts';

/**
 * What another token of the same kind could not meet: a scope that the session does not have (RFC 6750 section 3.1), a
 * proof with a nonce (RFC 9449 section 9), a stronger or fresher sign-in (RFC 9470 section 3), claims that have to be
 * asked for.
 */
const NOT_MET_BY_A_TOKEN = [
  'insufficient_scope',
  'use_dpop_nonce',
  'insufficient_user_authentication',
  'insufficient_claims',
];

/**
 * Does this answer refuse the token, so that another one could help? Status 401, unless its challenge says that another
 * token could not: `insufficient_scope` (RFC 6750), `use_dpop_nonce` (RFC 9449), `insufficient_user_authentication`
 * (RFC 9470), or `claims`, as Microsoft Entra has it. Only challenges of the `scheme` that was sent count, and of several
 * `invalid_token` wins. A 401 without one counts: CORS hides the header.
 *
 * `scheme`: default `Bearer`; `''` for a token that was sent without one: then all challenges count.
 *
 * @example
 * ```ts
 * const tokenWasRefused = isTokenRejected(response);
 * ```
 */
export function isTokenRejected(response: ApiResponse, scheme = 'Bearer'): boolean {
  if (response.status !== 401) return false;
  const sent = scheme.toLowerCase();
  const challenges = parseChallenges(response.headers.get('www-authenticate')).filter(
    (challenge) => sent === '' || challenge.scheme === sent,
  );
  return challenges.some(isInvalidToken) || !challenges.some(asksForMore);
}

// A claims challenge may name `invalid_token` as well: the token is good, and lacks the claims.
const isInvalidToken = ({ params }: Challenge): boolean =>
  params.get('error') === 'invalid_token' && !params.has('claims');

const asksForMore = ({ params }: Challenge): boolean =>
  params.has('claims') || NOT_MET_BY_A_TOKEN.includes(params.get('error') ?? '');
