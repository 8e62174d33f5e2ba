import { parseChallenges } from './challenges.ts';
import type { ApiResponse } from './options.ts';

/**
 * Does this answer refuse the token, so that another one could help? Status 401, unless a challenge says
 * `insufficient_scope` (RFC 6750 section 3.1: a new token has the same scope) or `use_dpop_nonce` (RFC 9449 section 9:
 * the token is good, the proof is not). A 401 without a challenge counts: CORS hides the header.
 *
 * @example
 * ```ts
 * const tokenWasRefused = isTokenRejected(response);
 * ```
 */
export function isTokenRejected(response: ApiResponse, _scheme?: string): boolean {
  return (
    response.status === 401 &&
    !parseChallenges(response.headers.get('www-authenticate')).some(({ params }) =>
      /^(insufficient_scope|use_dpop_nonce)$/.test(params.get('error') ?? ''),
    )
  );
}
