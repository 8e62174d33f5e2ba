import { type AuthFetch, type AuthFetchOptions, createAuthFetch } from '@unexpired/fetch';
import type { TokenInput } from 'unexpired';
import { challengeOf } from './discover.ts';
import { wordsOf } from './log-in.ts';

/** A fetch for the SDK. `onMissing` gets each scope that the server asks for in vain (RFC 6750 section 3.1). */
export const createTransport = (
  tokens: TokenInput,
  options: AuthFetchOptions,
  onMissing: (scope: string) => void,
): AuthFetch =>
  createAuthFetch(tokens, {
    ...options,
    classify(response, request) {
      const challenge = challengeOf(response.headers);
      if (challenge?.get('error') === 'insufficient_scope')
        wordsOf(challenge.get('scope')).forEach(onMissing);
      return options.classify?.(response, request);
    },
  });
