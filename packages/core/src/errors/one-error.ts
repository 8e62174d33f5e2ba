import type { TokenError } from './errors.ts';

/** All who are turned away at one moment get one error: gives the one before for as long as it says the same. */
export function oneError(): (next: TokenError) => TokenError {
  let told: TokenError | undefined;
  return (next) =>
    told?.message === next.message &&
    told.cause === next.cause &&
    told.retryAfter === next.retryAfter
      ? told
      : (told = next);
}
