import { actionOf, type Delivery, TokenError, type TokenErrorCode } from '../errors/errors.ts';
import { type Members, readMembers } from '../tokens/read-members.ts';
import { causeOf, safeCause, secretsOf } from '../errors/safe-cause.ts';
import type { Clock } from '../time/clock.ts';
import { readTokenSet, type TokenReading } from '../tokens/read-token-set.ts';
import { type FoundAnswer, findAnswer, MEMBERS } from './read-refusal.ts';
import { type Refused, refusalError } from './refusal-error.ts';

/** What {@link readAnswer} has to know of the call. */
export interface AnswerContext extends Refused {
  /** When the call began, ms since the epoch: lifetimes count from there. */
  readonly startedAt: number;
  readonly clock: Clock;
  /** Default: an answer with tokens, without a status that says otherwise. */
  readonly accept?: Accept | undefined;
}

/** What came: tokens, in which `problem` says what is wrong, or what went wrong. */
export type ReadAnswer = TokenReading | { readonly error: TokenError };

/**
 * Which answers are a success, where the tokens are elsewhere; `undefined`: this is a refusal. `found` is `undefined` where
 * no HTTP answer came.
 */
export type Accept = (
  found: FoundAnswer | undefined,
  reading: TokenReading | undefined,
) => ReadAnswer | undefined;

/** The codes that say something about the session when a refresh function throws them. */
const MEANT = /^ERR_(?:SESSION|REFRESH|REENTRANT)/;

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
const BODIES = ['data', '_data', 'body', 'response', 'responseText'];

async function readReturned(value: unknown, context: AnswerContext): Promise<ReadAnswer> {
  const read = (from: unknown): TokenReading => tokensIn(from, context);
  const tokens = readMembers(value, TOKENS);
  const { accept } = context;
  if (accept === undefined && TOKENS.some((name) => tokens.of[name] != null)) {
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
  const unasked = accept?.(undefined, undefined);
  if (unasked !== undefined) return unasked;
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
  const reading = success ? tokensIn(found.body, context) : undefined;
  // Without a status there was no answer; a success that was thrown away is one that nobody could read.
  const lost = found.lost || found.status === undefined || (success && found.body === undefined);
  return conclude({ ...found, lost }, reading, thrown, members, context);
}

const tokensIn = (from: unknown, { startedAt, current }: AnswerContext): TokenReading =>
  readTokenSet(from, startedAt, 'answer', current);
export const isSuccess = (status: number | undefined): boolean =>
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
  if (!MEANT.test(code))
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
  const { status } = found;
  const isFruitful =
    reading !== undefined && hasToken(reading) && (status === undefined || isSuccess(status));
  const success = context.accept ? context.accept(found, reading) : isFruitful && reading;
  return success || { error: refusalError(found, reading?.problem, thrown, members.of, context) };
}
