import type { Clock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import { safeCause, secretsOf } from '../errors/safe-cause.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { Emit } from './events.ts';

/** Ms that the server gets to answer a revocation. */
const REVOCATION_LIMIT = 10_000;

/** Tells the server about tokens that are no longer wanted. A courtesy: its failure is reported, and changes nothing. */
export interface Revoker {
  revoke(tokens: TokenSet): void;
  /** Resolves when nothing is under way. */
  settled(): Promise<unknown>;
}

export function createRevoker(
  revoke:
    | ((tokens: TokenSet, context: { readonly signal: AbortSignal }) => PromiseLike<unknown>)
    | undefined,
  clock: Clock,
  emit: Emit,
): Revoker {
  const underWay = new Set<Promise<void>>();
  return {
    revoke(tokens) {
      if (revoke === undefined) return;
      const controller = new AbortController();
      const ended = new Promise<void>((resolve) => {
        const report = (error: unknown): void => {
          const cause = safeCause(error, secretsOf(tokens));
          emit(
            {
              type: 'warning',
              code: 'NOT_REVOKED',
              message: 'The revocation failed',
              error: new TokenError('ERR_REFRESH_UNAVAILABLE', {
                message: 'The revocation failed',
                cause,
              }),
            },
            tokens.accessToken,
          );
          resolve();
        };
        const cancel = clock.setTimeout(
          () => {
            const late = new Error(`no answer within ${REVOCATION_LIMIT} ms`);
            controller.abort(late);
            report(late);
          },
          REVOCATION_LIMIT,
          true,
        );
        Promise.resolve()
          .then(() => revoke(tokens, { signal: controller.signal }))
          .then(
            () => resolve(),
            (error: unknown) => (controller.signal.aborted ? undefined : report(error)),
          )
          .finally(cancel);
      });
      underWay.add(ended);
      void ended.then(() => underWay.delete(ended));
    },
    settled: () => Promise.all(underWay),
  };
}
