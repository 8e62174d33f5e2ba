import { nameOf } from '../errors/check-value.ts';
import type { ApiRequest, ApiResponse, AuthOptions } from './options.ts';
import { isTokenRejected } from './rejection.ts';

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
    return isThenable(said) ? said.then(decide) : decide(said);
  } catch (error) {
    // Later, so that the adapter lets go of the answer as for every other error.
    return Promise.reject(error);
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
