import { TokenError } from '../errors/errors.ts';
import { safeCause, secretsOf } from '../errors/safe-cause.ts';
import type { Clock } from '../time/clock.ts';
import { within } from '../time/within.ts';
import { readMembers } from '../tokens/read-members.ts';
import { haveSameTokens } from '../tokens/same-tokens.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { Emit } from './events.ts';

/** Ms that the server gets to answer a revocation. */
const REVOCATION_LIMIT = 10_000;
const FAILED = 'The revocation failed';

/** Tells the server about tokens that are no longer wanted. A courtesy: its failure is reported, and changes nothing. */
export interface Revoker {
  /**
   * Does nothing where these tokens were the last ones, unless that failed: an answer that meets a sign-out is found in the
   * store as well.
   */
  revoke(tokens: TokenSet): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<unknown>;
}

/** Many clients resolve with whatever the server says. */
function requireSuccess(answer: unknown): void {
  const { status, statusCode } = readMembers(answer, ['status', 'statusCode']).of;
  const code = Number(status ?? statusCode);
  if (code >= 400) throw new Error(`HTTP ${code}`);
}

const NONE: Revoker = { revoke: () => undefined, settled: async () => undefined };

export function createRevoker(
  revoke:
    | ((tokens: TokenSet, context: { readonly signal: AbortSignal }) => PromiseLike<unknown>)
    | undefined,
  clock: Clock,
  emit: Emit,
): Revoker {
  if (revoke === undefined) return NONE;
  const underWay = new Set<Promise<unknown>>();
  let last: TokenSet | undefined;
  return {
    revoke(tokens) {
      if (last !== undefined && haveSameTokens(last, tokens)) return;
      last = tokens;
      const controller = new AbortController();
      const report = (error: unknown): void => {
        if (last === tokens) last = undefined;
        emit(
          {
            type: 'warning',
            code: 'NOT_REVOKED',
            message: FAILED,
            error: new TokenError('ERR_REFRESH_UNAVAILABLE', {
              message: FAILED,
              cause: safeCause(error, secretsOf(tokens)),
            }),
          },
          tokens.accessToken,
        );
      };
      const call = Promise.resolve()
        .then(() => revoke(tokens, { signal: controller.signal }))
        .then(requireSuccess);
      const ended: Promise<unknown> = within<unknown>(clock, REVOCATION_LIMIT, call, () => {
        const late = new Error(`no answer within ${REVOCATION_LIMIT} ms`);
        controller.abort(late);
        report(late);
      })
        .catch(report)
        .then(() => underWay.delete(ended));
      underWay.add(ended);
    },
    settled: () => Promise.all(underWay),
  };
}
