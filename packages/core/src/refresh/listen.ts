import { TokenError } from '../errors/errors.ts';
import type { Clock } from '../time/clock.ts';

/** Ms that one redemption is listened to before its signal aborts, counted from when the lock was granted. */
export const REDEMPTION_LIMIT = 60_000;
/** Ms that an aborted call gets to settle. One that goes on after that is taken for lost only after as long again as the limit. */
const SETTLE_LIMIT = 5000;
/** Ms of silence after a call that did not listen to its signal: an answer to it may still arrive. */
export const LINGER = REDEMPTION_LIMIT;

export type Answered = { readonly value: unknown } | { readonly thrown: unknown };
/** `silent`: the call ignored its signal; what comes of it, should anything come. */
export type Answer = Answered | { readonly silent: Promise<Answered> };

/** Calls the token endpoint once and listens. Never rejects; a synchronous throw counts as an answer. */
export function listen(
  call: () => Promise<unknown>,
  signal: AbortSignal,
  clock: Clock,
): Promise<Answer> {
  const settled: Promise<Answered> = new Promise<unknown>((resolve) => resolve(call())).then(
    (value) => ({ value }),
    (thrown: unknown) => ({ thrown }),
  );
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const onAbort = (): void => {
      cancel = clock.setTimeout(() => resolve({ silent: settled }), SETTLE_LIMIT, true);
    };
    signal.addEventListener('abort', onAbort);
    void settled.then((answer) => {
      signal.removeEventListener('abort', onAbort);
      cancel();
      resolve(answer);
    });
  });
}

/** No answer came within the limit; one may still come. */
export const silenceError = (): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: `The refresh got no answer within ${REDEMPTION_LIMIT} ms. If the refresh calls through the client that it serves, pass context.signal on, or set tokens: false`,
    delivery: 'unanswered',
  });
