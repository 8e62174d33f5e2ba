import { TokenError, type TokenErrorCode } from 'unexpired';
import { readMembers, tokenErrorOf } from 'unexpired/adapter';

/** Ms that one answer of a server may take. */
const ANSWER_LIMIT = 30_000;

const failure =
  (code: TokenErrorCode) =>
  (message: string): TokenError =>
    new TokenError(code, { message });

export const misconfigured = failure('ERR_REFRESH_CONFIGURATION');
export const unavailable = failure('ERR_REFRESH_UNAVAILABLE');
export const closed = failure('ERR_CLOSED');
export const notSignedIn = failure('ERR_SIGNED_OUT');

/**
 * One step of a sign-in. What goes wrong in it becomes a `TokenError` without a cause: errors of the layers below hold
 * codes, secrets and answers. An abort rejects with the signal's reason. `fail`: what an answer means that is no good.
 */
export async function step<T>(
  what: string,
  signal: AbortSignal,
  run: (limited: AbortSignal) => Promise<T>,
  fail = misconfigured,
): Promise<T> {
  try {
    return await run(AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT)]));
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw tokenErrorOf(error) ?? failureOf(`The ${what}`, error, fail);
  }
}

/** Reads an error of oauth4webapi, whose codes begin with `OAUTH_`. Only a text that looks like a code is quoted. */
function failureOf(what: string, thrown: unknown, fail: typeof misconfigured): TokenError {
  const { code, error, status } = readMembers(thrown, ['code', 'error', 'status']).of;
  if (!String(code).startsWith('OAUTH_') || Number(status) === 429 || Number(status) >= 500)
    return unavailable(`${what} did not answer`);
  // An answer that is not valid has no `error`.
  const known = /^[a-z_]{1,60}$/.test(String(error ?? code)) ? error : `nonsense (${String(code)})`;
  return fail(`${what} answered ${String(known)}`);
}
