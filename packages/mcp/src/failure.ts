import {
  AUTHORIZATION_RESPONSE_ERROR,
  INVALID_RESPONSE,
  JSON_ATTRIBUTE_COMPARISON,
} from 'oauth4webapi';
import { TokenError } from 'unexpired';
import { readMembers, tokenErrorOf } from 'unexpired/adapter';

/** Ms that one answer of a server may take. */
export const ANSWER_LIMIT = 30_000;

export const misconfigured = (message: string): TokenError =>
  new TokenError('ERR_REFRESH_CONFIGURATION', { message });

export const unavailable = (message: string): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', { message });

export const notSignedIn = (message: string): TokenError =>
  new TokenError('ERR_SIGNED_OUT', { message });

/**
 * One step of a sign-in. What goes wrong in it becomes a `TokenError` without a cause: errors of the layers below hold
 * codes, secrets and answers. An abort rejects with the signal's reason.
 */
export async function step<T>(
  what: string,
  signal: AbortSignal,
  run: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await run(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT)]));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw tokenErrorOf(error) ?? failureOf(what, error);
  }
}

function failureOf(what: string, thrown: unknown): TokenError {
  const { code, error, status } = readMembers(thrown, ['code', 'error', 'status']).of;
  const known = typeof error === 'string' && /^[a-z_]{1,60}$/.test(error) ? error : undefined;
  if (code === AUTHORIZATION_RESPONSE_ERROR)
    return notSignedIn(`The ${what} refused: ${known ?? 'it gave no reason that is one'}`);
  if (typeof code !== 'string' || !code.startsWith('OAUTH_'))
    return unavailable(`The ${what} did not answer`);
  if (typeof status === 'number' && (status === 429 || status >= 500))
    return unavailable(`The ${what} answered ${status}`);
  const odd = code === INVALID_RESPONSE || code === JSON_ATTRIBUTE_COMPARISON;
  return misconfigured(
    `The ${what} ${known === undefined ? `gave an answer that is ${odd ? 'not valid' : 'not one'} (${code})` : `answered ${known}`}`,
  );
}
