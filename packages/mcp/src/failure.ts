import { TokenError, type TokenErrorCode } from 'unexpired';
import { tokenErrorOf } from 'unexpired/adapter';

/** Ms that one answer of a server may take. */
const ANSWER_LIMIT = 30_000;

const failure =
  (code: TokenErrorCode) =>
  (message: string): TokenError =>
    new TokenError(code, { message });

export const misconfigured = failure('ERR_REFRESH_CONFIGURATION');
export const unavailable = failure('ERR_REFRESH_UNAVAILABLE');
export const useless = failure('ERR_REFRESH_ANSWER');
export const closed = failure('ERR_CLOSED');
export const ended = (message: string, cause: unknown): TokenError =>
  new TokenError('ERR_SESSION_ENDED', { message, cause, delivery: 'answered' });
export const notSignedIn = failure('ERR_SIGNED_OUT');

/** One step of a sign-in, within its limit. An abort rejects with the signal's reason, anything else with a `TokenError`. */
export async function step<T>(
  signal: AbortSignal,
  run: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await run(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT)]));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw tokenErrorOf(error) ?? unavailable('The server did not answer');
  }
}
