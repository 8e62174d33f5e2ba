import { actionOf, type Delivery, TokenError, type TokenErrorCode } from '../errors/errors.ts';
import { nameOf } from '../errors/check-value.ts';
import { type Members, readMembers } from '../errors/read-members.ts';
import { causeOf, safeCause, secretsOf, strike } from '../errors/safe-cause.ts';
import type { Clock } from '../time/clock.ts';
import { readTokenSet, type TokenReading } from '../tokens/read-token-set.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { type FoundAnswer, findAnswer, MEMBERS } from './read-refusal.ts';
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

/** What {@link readAnswer} has to know of the call. */
export interface AnswerContext {
  /** There was no session yet, so a refusal means that nobody is signed in. */
  readonly fromNothing: boolean;
  /** What was redeemed: these tokens may stand in no error. */
  readonly current: TokenSet | undefined;
  /** When the call began, ms since the epoch: lifetimes count from there. */
  readonly startedAt: number;
  readonly classify: Classify | undefined;
  readonly clock: Clock;
}

/** What came: tokens, in which `problem` says what is wrong, or what went wrong. */
export type ReadAnswer = TokenReading | { readonly error: TokenError };

/** The codes that say something about the session when a refresh function throws them. */
const MEANT: ReadonlySet<string> = new Set<TokenErrorCode>([
  'ERR_SESSION_ENDED',
  'ERR_REFRESH_UNAVAILABLE',
  'ERR_REFRESH_LIMIT',
  'ERR_REFRESH_CONFIGURATION',
  'ERR_REFRESH_ANSWER',
  'ERR_REENTRANT',
]);

/**
 * Reads what a refresh or acquire function returned or threw: tokens in either spelling, the whole HTTP answer of any
 * client, or an error that is or holds one. Each member is read once, behind a guard; a body gets 5 s and 1 MiB. The
 * decision is made on what came; secrets are struck out of the messages after that. What cannot be read may have been
 * processed by the server, so its error has no `delivery`. Never rejects.
 */
export async function readAnswer(
  answer: { readonly value: unknown } | { readonly thrown: unknown },
  context: AnswerContext,
): Promise<ReadAnswer> {
  try {
    return await ('value' in answer
      ? readReturned(answer.value, context)
      : readThrown(answer.thrown, context));
  } catch (error) {
    // Nothing above is known to throw. If it does, the answer was not read, and a flight must end all the same.
    const cause = safeCause(error, secretsOf(context.current));
    return {
      error: new TokenError('ERR_REFRESH_UNAVAILABLE', {
        message: 'The answer could not be read',
        cause,
      }),
    };
  }
}

const TOKENS = ['accessToken', 'access_token', 'refreshToken', 'refresh_token'];
const BODIES = ['data', '_data', 'body'];

async function readReturned(value: unknown, context: AnswerContext): Promise<ReadAnswer> {
  const read = (from: unknown): TokenReading => readTokenSet(from, context.startedAt, 'answer');
  const tokens = readMembers(value, TOKENS);
  if (TOKENS.some((name) => tokens.of[name] != null)) {
    const reading = read(value);
    if (hasToken(reading) || !tokens.unreadable) return reading;
  }
  const members = readMembers(value, MEMBERS);
  const { of } = members;
  const unreadable = tokens.unreadable || members.unreadable;
  const hasStatus =
    typeof (of['status'] ?? of['statusCode']) === 'number' ||
    (typeof of['response'] === 'object' && of['response'] !== null); // openapi-fetch
  const hasBody = typeof of['json'] === 'function' || BODIES.some((name) => of[name] !== undefined);
  if (hasStatus && hasBody) {
    const found = await findAnswer(value, { of, unreadable }, context.clock);
    const lost = found.lost || found.status === undefined; // 0: a browser hides the answer
    return conclude({ ...found, lost }, read(found.body), undefined, members, context);
  }
  // The JSON of an answer alone. It may say how it was meant, by an OAuth error or by a status that stands in it.
  const found = await findAnswer(value, { of: { ...of, data: value }, unreadable }, context.clock);
  const status = Number(found.status) >= 300 ? found.status : undefined;
  return conclude({ ...found, status }, read(found.body ?? value), undefined, members, context);
}

async function readThrown(thrown: unknown, context: AnswerContext): Promise<ReadAnswer> {
  const members = readMembers(thrown, MEMBERS);
  const typed = readTyped(thrown, members.of, context);
  if (typed !== undefined) return { error: typed };
  const found = await findAnswer(thrown, members, context.clock);
  const success = isSuccess(found.status);
  const reading = success ? readTokenSet(found.body, context.startedAt, 'answer') : undefined;
  // Without a status there was no answer; a success that was thrown away is one that nobody could read.
  const lost = found.lost || found.status === undefined || (success && found.body === undefined);
  return conclude({ ...found, lost }, reading, thrown, members, context);
}

const isSuccess = (status: number | undefined): boolean =>
  status !== undefined && status >= 200 && status < 300;
const hasToken = ({ tokens }: TokenReading): boolean =>
  tokens.accessToken !== undefined || tokens.refreshToken !== undefined;

/** A `TokenError` means its code, unless it is of another session. Made by another copy of this package, it is copied. */
function readTyped(
  thrown: unknown,
  of: Members['of'],
  { fromNothing, current }: AnswerContext,
): TokenError | undefined {
  const action = of['name'] === 'TokenError' ? actionOf(of['code']) : undefined;
  if (action === undefined) return undefined;
  const code = of['code'] as TokenErrorCode;
  const secrets = secretsOf(current);
  const cause = causeOf(thrown, of, secrets);
  const own = thrown instanceof TokenError ? thrown : undefined;
  if (fromNothing && action === 'signIn')
    return new TokenError('ERR_SIGNED_OUT', {
      message: 'Nobody is signed in',
      cause: own ?? cause,
    });
  if (!MEANT.has(code))
    return new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'The refresh failed', cause });
  const { retryAfter, delivery } = of;
  return (
    own ??
    new TokenError(code, {
      message: cause.message,
      cause,
      retryAfter: typeof retryAfter === 'number' ? retryAfter : undefined,
      delivery: ['unsent', 'unanswered', 'answered'].includes(delivery as string)
        ? (delivery as Delivery)
        : undefined,
    })
  );
}

/** Tokens, where there are some; else what the refusal means, and the error that says so. */
function conclude(
  found: FoundAnswer,
  reading: TokenReading | undefined,
  thrown: unknown,
  members: Members,
  context: AnswerContext,
): ReadAnswer {
  const { status, code, body, retryAfter } = found;
  if (reading !== undefined && hasToken(reading) && (status === undefined || isSuccess(status)))
    return reading;
  const facts: Facts = { ...found, code: CODE.test(code ?? '') ? code : undefined };
  const table = meaningOf(facts, context.fromNothing);
  const refusal = { status, error: code, body, cause: thrown };
  const { meaning, fault } = decide(context.classify, refusal, table);
  const secrets = secretsOf(context.current);
  const said = whatWasSaid(status, code, secrets);
  const delivery = meaning === 'signIn' ? 'answered' : deliveryOf(facts);
  const cause = fault ?? (thrown === undefined ? undefined : causeOf(thrown, members.of, secrets));
  const error = (errorCode: TokenErrorCode, message: string, more: object): ReadAnswer => ({
    error: new TokenError(errorCode, { message, cause, ...more }),
  });
  if (fault !== undefined)
    return error('ERR_REFRESH_CONFIGURATION', `classify: ${fault.message}`, { delivery });
  if (meaning === 'retry')
    return error('ERR_REFRESH_UNAVAILABLE', `The refresh failed${said}`, { retryAfter, delivery });
  if (meaning === 'signIn')
    return context.fromNothing
      ? error('ERR_SIGNED_OUT', `Nobody is signed in${said && `: the server answered${said}`}`, {})
      : error('ERR_SESSION_ENDED', `The server ended the session${said}`, { delivery });
  return reading !== undefined && knownCode(code) === undefined && !(Number(status) >= 300)
    ? error(
        'ERR_REFRESH_ANSWER',
        `The refresh's answer is of no use${said}: ${reading.problem}${status === undefined ? '. If the server refused, return its whole answer: then the status is read' : ''}`,
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
