import { unless } from '../errors/check-value.ts';
import { TokenError, type TokenErrorCode } from '../errors/errors.ts';
import { ignoreRejection } from '../tokens/ignore-rejection.ts';
import type { Members } from '../tokens/read-members.ts';
import { causeOf, secretsOf, strike } from '../errors/safe-cause.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { FoundAnswer } from './read-refusal.ts';
import {
  deliveryOf,
  type RefusalInput,
  knownCode,
  type Meaning,
  classifyRefusal,
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
  const input: RefusalInput = { ...found, code: CODE.test(code ?? '') ? code : undefined };
  const refusal = { status, error: code, body, cause: thrown };
  const [meaning, fault] = decide(classify, refusal, classifyRefusal(input, fromNothing));
  const secrets = secretsOf(current);
  const said = whatWasSaid(status, code, secrets);
  const error = (errorCode: TokenErrorCode, message: string): TokenError =>
    new TokenError(errorCode, {
      message,
      cause: fault ?? (thrown === undefined ? undefined : causeOf(thrown, of, secrets)),
      retryAfter: meaning === 'retry' ? retryAfter : undefined,
      delivery: meaning === 'signIn' ? 'answered' : deliveryOf(input),
    });
  if (fault !== undefined) return error('ERR_REFRESH_CONFIGURATION', `classify: ${fault.message}`);
  if (meaning === 'retry') return error('ERR_REFRESH_UNAVAILABLE', `The refresh failed${said}`);
  if (meaning === 'signIn')
    return fromNothing
      ? error('ERR_SIGNED_OUT', `Nobody is signed in${said && `: the server answered${said}`}`)
      : error('ERR_SESSION_ENDED', `The server ended the session${said}`);
  return problem !== undefined && knownCode(code) === undefined && !(Number(status) >= 300)
    ? error(
        'ERR_REFRESH_ANSWER',
        `The refresh's answer is of no use${said}: ${problem}${status === undefined ? '; return the whole answer, so that its status is read' : ''}`,
      )
    : error('ERR_REFRESH_CONFIGURATION', `The refresh was refused${said}`);
}

/** Codes have no spaces in practice, and the texts that frameworks put into `error` have: `Service Unavailable`. */
const CODE = /^[\w-]{1,40}$/;

/** What is wrong with the option itself decides nothing, least of all that a session is over. */
function decide(
  classify: Classify | undefined,
  refusal: Refusal,
  table: Meaning,
): readonly [Meaning, fault?: Error] {
  let fault = 'it threw an error';
  try {
    const meaning = ignoreRejection(classify?.(refusal)) ?? table;
    if (['signIn', 'retry', 'fix'].includes(meaning)) return [meaning];
    fault = `${unless(false, "'signIn', 'retry', 'fix' or undefined", meaning)}`;
  } catch {
    // Its error may quote the body or the cause that it was given, with tokens that nobody knows yet.
  }
  return ['fix', new Error(fault)];
}

/** A code is quoted only where it looks like one: some servers send the refused token back. */
function whatWasSaid(
  status: number | undefined,
  code = '',
  secrets: readonly string[] = [],
): string {
  const isQuoted =
    /^(?=.{1,40}$)[a-z]+(?:[_-][a-z]+)*$/i.test(code) && strike(code, secrets) === code;
  return `${status === undefined ? '' : ` with HTTP ${status}`}${isQuoted ? ` (${code})` : ''}`;
}
