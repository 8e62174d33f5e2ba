import { nameOf } from '../errors/check-value.ts';
import { systemClock } from '../time/clock.ts';
import { within } from '../time/within.ts';
import type { ApiRequest, ApiResponse, AuthOptions } from './options.ts';
import { isTokenRejected } from './rejection.ts';

/** How long an answer waits for what the option says of it, in ms: as long as `json()` may take, and as long again. */
const PATIENCE = 10_000;

/**
 * Was the token refused? As the option says, else as the standard does; a promise only where the option gives one.
 * `scheme`: the one that the token was sent with.
 */
export function classifyAnswer(
  classify: AuthOptions['classify'],
  response: ApiResponse,
  { method, url }: ApiRequest,
  scheme: string,
): boolean | PromiseLike<boolean> {
  if (!classify) return isTokenRejected(response, scheme);
  const decide = (found: unknown): boolean => {
    if (found === 'rejected' || found === 'accepted') return found === 'rejected';
    // `response.status === 419 && 'rejected'` is `false` for all others.
    if (found) {
      throw new TypeError(
        `classify: expected 'rejected', 'accepted' or undefined, got ${nameOf(found)}`,
      );
    }
    return isTokenRejected(response, scheme);
  };
  try {
    const said: unknown = classify(response, { method, url });
    if (!isThenable(said)) return decide(said);
    return within(systemClock, PATIENCE, Promise.resolve(said), () => undefined).then(decide);
  } catch (error) {
    // Later, so that the adapter lets go of the answer as for every other error.
    return Promise.reject(error);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
