import { type Clock, type IssuedToken, TokenError, tokenErrorOf } from 'unexpired';
import { abortable } from 'unexpired/adapter';
import { type Answer, answerOf } from './answers.ts';
import type { Known } from './fresh/known.ts';
import { floorOf } from './limits/limits.ts';
import type { Managers } from './managers.ts';
import { keptOf } from './providers.ts';
import { isFresh, isLive, isValid, type LiveRow, type Row } from './row.ts';
import type { SessionParts } from './session-parts.ts';

/** Which token is wanted. */
export interface Wanted {
  readonly key: string;
  /** Ms for which it has to be good. */
  readonly validFor?: number | undefined;
  /** Ends the wait. Default: it takes as long as it takes. */
  readonly signal?: AbortSignal | undefined;
  /** Whatever is known here: the database is asked, because the caller knows of a change. Default: only where that has to be. */
  readonly anew?: boolean | undefined;
  /** Is told before these tokens are replaced because an API has refused them. */
  readonly begin?: ((row: Row) => void) | undefined;
}

export type Generation = Pick<Row, 'session' | 'generation'>;

export interface CurrentParts {
  readonly look: (key: string) => Promise<Row | undefined>;
  /** The same, after something was done here: what was just written need not be read. */
  readonly lookAgain: (key: string) => Promise<Row | undefined>;
  readonly managers: Managers;
  readonly known: Pick<Known, 'fresh' | 'meanwhile' | 'isInStep'>;
  /** Why a refresh need not be begun. */
  readonly obstacle: (provider: string) => TokenError | undefined;
  readonly clock: Clock;
  readonly emit: SessionParts['emit'];
}

/** How often a manager that knows less than the database is replaced before that counts as a failure. */
const TRIES = 4;

/** Ms that a database gets that is silent already, while there is a token that is valid. */
const PATIENCE = 1000;

/**
 * The current token, refreshed first where it is due; `undefined`: there is no such session. Where the database cannot be asked, it
 * is the last one that was heard of.
 */
export async function current(parts: CurrentParts, wanted: Wanted): Promise<Answer | undefined> {
  const { key, validFor } = wanted;
  const fresh = wanted.anew === true ? undefined : parts.known.fresh(key, validFor);
  if (fresh !== undefined) return fresh;
  return orMeanwhile(parts, key, async () => {
    const row = await currentRow(parts, wanted);
    return row && answerOf(row);
  });
}

/** The token as it is. One that is due is for `renew`, and nobody waits for it. */
export async function currentNow(
  parts: CurrentParts,
  { key, anew }: Pick<Wanted, 'key' | 'anew'>,
  renew: (row: LiveRow) => void,
): Promise<Answer | undefined> {
  const fresh = anew === true ? undefined : parts.known.fresh(key);
  if (fresh !== undefined) return fresh;
  return orMeanwhile(parts, key, async () => {
    const row = await lookAlive(parts, key);
    if (row === undefined) return undefined;
    const isEnded = row.state === 'ended';
    const now = parts.clock.now();
    if (!isFresh(row, now) && !isEnded) renew(row);
    if (isValid(row, now)) return answerOf(row);
    throw new TokenError(isEnded ? 'ERR_SESSION_ENDED' : 'ERR_REFRESH_UNAVAILABLE');
  });
}

/** Runs what asks the database. Where that fails, or takes long and is likely to fail, the last token that was heard of is given. */
async function orMeanwhile(
  { known, clock }: CurrentParts,
  key: string,
  run: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  const asked = run().catch((error: unknown) => {
    const last = ABSENT.has(tokenErrorOf(error)?.code) ? known.meanwhile(key) : undefined;
    if (last === undefined) throw error;
    return last;
  });
  if (known.isInStep || known.meanwhile(key) === undefined) return asked;
  return new Promise((resolve, reject) => {
    const cancel = clock.setTimeout(() => {
      const last = known.meanwhile(key);
      if (last !== undefined) resolve(last);
    }, PATIENCE);
    asked.finally(cancel).then(resolve, reject);
  });
}

/** Somebody who had to be asked did not answer. */
const ABSENT = new Set<TokenError['code'] | undefined>([
  'ERR_REFRESH_UNAVAILABLE',
  'ERR_WAIT_LIMIT',
]);

/** The database has the last word: a manager may know an earlier sign-in. */
async function currentRow(parts: CurrentParts, wanted: Wanted): Promise<LiveRow | undefined> {
  const { managers, clock } = parts;
  const { key, validFor, signal } = wanted;
  for (let left = TRIES; left > 0; left--) {
    const row = await lookAlive(parts, key);
    if (row === undefined || isFresh(row, clock.now(), validFor)) return row;
    if (row.state === 'ended') return untilItsEnd(row, clock);
    const obstacle = parts.obstacle(row.kept.provider);
    if (obstacle !== undefined) return meanwhile(row, clock, obstacle);
    const manager = managers.of(key, row);
    try {
      const token = await manager.getToken({ validFor, signal });
      const after = await lookAfter(parts, key, row, token);
      if (after === undefined || isFresh(after, clock.now(), validFor) || isSame(after, token))
        return after;
    } catch (error) {
      if (wasDropped(error) && left > 1) continue;
      const after = await lookAlive(parts, key);
      if (after !== undefined && isValid(after, clock.now())) return after;
      throw signal?.aborted === true ? waitedTooLong() : error;
    }
    await abortable(manager.close(), signal); // it knows another token than the database
  }
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'The session changed again and again while it was read',
  });
}

/** What to use in the place of a refused token; `undefined`: nothing better. Who waits for it may leave: it goes on. */
export async function replace(
  parts: CurrentParts,
  wanted: Omit<Wanted, 'signal'>,
  rejected: Generation,
): Promise<Answer | undefined> {
  const row = await replacement(parts, wanted, rejected);
  return row && answerOf(row);
}

async function replacement(
  parts: CurrentParts,
  wanted: Omit<Wanted, 'signal'>,
  rejected: Generation,
): Promise<LiveRow | undefined> {
  const { key } = wanted;
  for (let left = TRIES; left > 0; left--) {
    const row = await lookAlive(parts, key);
    if (row === undefined || row.session !== rejected.session) return undefined;
    if (row.generation < rejected.generation) return undefined;
    if (row.generation > rejected.generation) {
      const { clock, emit } = parts;
      emit({ type: 'rejected', then: 'late', name: key, at: clock.now() }, row.kept.provider);
      return currentRow(parts, wanted);
    }
    if (row.state === 'ended') throw new TokenError('ERR_SESSION_ENDED');
    const tooSoon = floorOf(row, parts.clock.now());
    if (tooSoon > 0) throw new TokenError('ERR_REFRESH_LIMIT', { retryAfter: tooSoon });
    const obstacle = parts.obstacle(row.kept.provider);
    if (obstacle !== undefined) throw obstacle;
    wanted.begin?.(row);
    const manager = parts.managers.of(key, row);
    try {
      const token = await manager.replaceRejected(rejected);
      const after = await lookAfter(parts, key, row, token);
      if (after !== undefined && isSame(after, token)) return after;
      if (token !== undefined) continue;
    } catch (error) {
      if ((wasDropped(error) || isUnderWay(error)) && left > 1) continue;
      throw error;
    }
    // It knows another sign-in than the database, for which this generation is nobody's.
    await manager.close();
  }
  return undefined;
}

const lookAlive = ({ look }: CurrentParts, key: string): Promise<LiveRow | undefined> =>
  look(key).then(alive);

function alive(row: Row | undefined): LiveRow | undefined {
  if (row !== undefined && !isLive(row)) throw new TokenError('ERR_SIGNED_OUT');
  return row;
}

/** What the database has after a refresh of `row`; what could not be stored, because it cannot be asked any more, is here alone. */
async function lookAfter(
  parts: CurrentParts,
  key: string,
  row: LiveRow,
  token: IssuedToken | undefined,
): Promise<LiveRow | undefined> {
  try {
    return alive(await parts.lookAgain(key));
  } catch (error) {
    const isHere =
      ABSENT.has(tokenErrorOf(error)?.code) &&
      token?.session === row.session &&
      token.generation > row.generation;
    if (!isHere) throw error;
    const { session, generation, ...tokens } = token;
    const { expiresAt } = tokens;
    const kept = keptOf(tokens) ?? row.kept; // what else may be read can be another with each refresh
    const known = { session, generation, tokens, expiresAt, kept };
    return { ...row, ...known, issuedAt: parts.clock.now(), stored: undefined };
  }
}

/** A session that the provider has ended is used until its token expires, and never refreshed again. */
const untilItsEnd = (row: LiveRow, clock: Clock): LiveRow =>
  meanwhile(row, clock, new TokenError('ERR_SESSION_ENDED'));

/** What is valid still is used; else it is an error. */
function meanwhile(row: LiveRow, clock: Clock, error: TokenError): LiveRow {
  if (isValid(row, clock.now())) return row;
  throw error;
}

const isSame = (row: LiveRow, token: Generation | undefined): boolean =>
  row.session === token?.session && row.generation === token.generation;

/** Another request has dropped the manager, since it knew less than the database: there is another one. */
const wasDropped = (error: unknown): boolean => tokenErrorOf(error)?.code === 'ERR_CLOSED';

/** The refresh takes longer than a manager lets anybody wait for it: who asks again waits for the same one. */
const isUnderWay = (error: unknown): boolean => tokenErrorOf(error)?.code === 'ERR_WAIT_LIMIT';

export const waitedTooLong = (): TokenError =>
  new TokenError('ERR_WAIT_LIMIT', {
    message: 'The refresh took longer than the request would wait',
  });
