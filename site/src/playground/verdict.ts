import type { Seen } from './race.ts';

export interface Verdict {
  readonly good: boolean;
  readonly text: string;
}

/** What came of a lane, in a sentence. */
export function verdictOf(
  { requests, alive, next, signedInAgain, reuses }: Seen,
  signedOut: boolean,
): Verdict {
  const failed = requests.filter((state) => state === 'failed').length;
  if (signedInAgain) return { good: false, text: 'Signed in again by itself after the sign-out' };
  if (signedOut) return { good: true, text: 'Signed out, and stays so' };
  if (!alive && reuses > 0)
    return { good: false, text: 'The server saw theft: signed out everywhere' };
  if (next === 'failed') return { good: false, text: 'The session is lost' };
  return failed > 0
    ? { good: true, text: `The session goes on; ${failed} of the requests failed` }
    : { good: true, text: 'Every request was answered, and the session goes on' };
}
