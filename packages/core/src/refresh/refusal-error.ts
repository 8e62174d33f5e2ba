import { nameOf } from '../errors/check-value.ts';
import { TokenError, type TokenErrorCode } from '../errors/errors.ts';
import type { Members } from '../tokens/read-members.ts';
import { causeOf, secretsOf, strike } from '../errors/safe-cause.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { FoundAnswer } from './read-refusal.ts';
import {
  deliveryOf,
  type Facts,
  knownCode,
  type Meaning,
  meaningOf,
} from './what-ends-a-session.ts';

/** A refresh or acquire that did not give tokens, as far as it can be understood: returned, thrown, or inside of what was thrown. */
export interface Refusal {
  /** `undefined`: there was no HTTP answer. */
  readonly status: number | undefined;
  /** The OAuth error code in the body, such as `invalid_grant`; also of a 200. */
  readonly error: string | undefined;
  /** The parsed body, `undefined` if it is not JSON. May hold secrets: do not log it. */
  readonly body: unknown;
  /** What was thrown, as it was thrown; `undefined` when an answer was returned. */
  readonly cause: unknown;
}

/** Decides what a refusal means; `undefined` leaves it to the table *What ends a session*. */
export type Classify = (refusal: Refusal) => Meaning | undefined;

/** Whose refusal it is. */
export interface Refused {
  /** There was no session yet, so a refusal means that nobody is signed in. */
  readonly fromNothing: boolean;
  /** What was redeemed: these tokens may stand in no error. */
  readonly current: TokenSet | undefined;
  readonly classify: Classify | undefined;
}

/**
 * What a refusal means, as an error. `problem`: what a success lacks. `thrown`: the error that held the refusal; `of`: its
 * members. Decided on what came; the secrets are struck out of what is said about it.
 */
export function refusalError(
  found: FoundAnswer,
  problem: string | undefined,
  thrown: unknown,
  of: Members['of'],
  { fromNothing, current, classify }: Refused,
): TokenError {
  const { status, code, body, retryAfter } = found;
  const facts: Facts = { ...found, code: CODE.test(code ?? '') ? code : undefined };
  const table = meaningOf(facts, fromNothing);
  const refusal = { status, error: code, body, cause: thrown };
  const { meaning, fault } = decide(classify, refusal, table);
  const secrets = secretsOf(current);
  const said = whatWasSaid(status, code, secrets);
  const delivery = meaning === 'signIn' ? 'answered' : deliveryOf(facts);
  const cause = fault ?? (thrown === undefined ? undefined : causeOf(thrown, of, secrets));
  const error = (errorCode: TokenErrorCode, message: string, more: object): TokenError =>
    new TokenError(errorCode, { message, cause, ...more });
  if (fault !== undefined)
    return error('ERR_REFRESH_CONFIGURATION', `classify: ${fault.message}`, { delivery });
  if (meaning === 'retry')
    return error('ERR_REFRESH_UNAVAILABLE', `The refresh failed${said}`, { retryAfter, delivery });
  if (meaning === 'signIn')
    return fromNothing
      ? error('ERR_SIGNED_OUT', `Nobody is signed in${said && `: the server answered${said}`}`, {})
      : error('ERR_SESSION_ENDED', `The server ended the session${said}`, { delivery });
  return problem !== undefined && knownCode(code) === undefined && !(Number(status) >= 300)
    ? error(
        'ERR_REFRESH_ANSWER',
        `The refresh's answer is of no use${said}: ${problem}${status === undefined ? '. If the server refused, return its whole answer: then the status is read' : ''}`,
        { delivery },
      )
    : error('ERR_REFRESH_CONFIGURATION', `The refresh was refused${said}`, { delivery });
}

/** Codes have no spaces in practice, and the texts that frameworks put into `error` have: `Service Unavailable`. */
const CODE = /^[\w-]{1,40}$/;
const MEANINGS: readonly unknown[] = ['signIn', 'retry', 'fix'] satisfies Meaning[];

/** `fault`: what is wrong with the option itself. It decides nothing then, least of all that a session is over. */
function decide(
  classify: Classify | undefined,
  refusal: Refusal,
  table: Meaning,
): { readonly meaning: Meaning; readonly fault?: Error | undefined } {
  try {
    const meaning = classify?.(refusal) ?? table;
    if (MEANINGS.includes(meaning)) return { meaning };
    const fault = new Error(
      `expected 'signIn', 'retry', 'fix' or undefined, got ${nameOf(meaning)}`,
    );
    return { meaning: 'fix', fault };
  } catch {
    // Its error may quote the body or the cause that it was given, with tokens that nobody knows yet.
    return { meaning: 'fix', fault: new Error('it threw an error') };
  }
}

/** A code is quoted only where it looks like one: some servers send the refused token back. */
function whatWasSaid(
  status: number | undefined,
  code: string | undefined,
  secrets: readonly string[],
): string {
  const quoted =
    code !== undefined && /^[a-z]+(?:[_-][a-z]+)*$/i.test(code) && code.length <= 40
      ? strike(code, secrets)
      : undefined;
  return `${status === undefined ? '' : ` with HTTP ${status}`}${quoted === undefined || quoted !== code ? '' : ` (${code})`}`;
}
