import { type Clock, TokenError, tokenErrorOf } from 'unexpired';
import { abortable } from 'unexpired/adapter';
import { floorOf } from './limits/limits.ts';
import type { Managers } from './managers.ts';
import type { SessionParts } from './providers.ts';
import { isFresh, isLive, isValid, type LiveRow, type Row } from './row.ts';

/** Which token is wanted. */
export interface Wanted {
  readonly key: string;
  /** Ms for which it has to be good. */
  readonly validFor?: number | undefined;
  /** Ends the wait. */
  readonly signal: AbortSignal;
}

export type Generation = Pick<Row, 'session' | 'generation'>;

export interface CurrentParts {
  readonly look: (key: string) => Promise<Row | undefined>;
  readonly managers: Managers;
  /** Why a refresh need not be begun. */
  readonly obstacle: (provider: string) => TokenError | undefined;
  readonly clock: Clock;
  readonly emit: SessionParts['emit'];
}

/** How often a manager that knows less than the database is replaced before that counts as a failure. */
const TRIES = 4;

/**
 * The current token, refreshed first where it is due; `undefined`: there is no such session. The database has the last word: a
 * manager may know an earlier sign-in.
 */
export async function current(parts: CurrentParts, wanted: Wanted): Promise<LiveRow | undefined> {
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
      const after = await lookAlive(parts, key);
      if (after === undefined || isFresh(after, clock.now(), validFor) || isSame(after, token))
        return after;
    } catch (error) {
      if (wasDropped(error) && left > 1) continue;
      const after = await lookAlive(parts, key);
      if (after !== undefined && isValid(after, clock.now())) return after;
      throw signal.aborted ? waitedTooLong() : error;
    }
    await abortable(manager.close(), signal); // it knows another token than the database
  }
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'The session changed again and again while it was read',
  });
}

/** What to use in the place of a refused token; `undefined`: nothing better. */
export async function replace(
  parts: CurrentParts,
  wanted: Wanted,
  rejected: Generation,
): Promise<LiveRow | undefined> {
  const { key, signal } = wanted;
  for (let left = TRIES; left > 0; left--) {
    const row = await lookAlive(parts, key);
    if (row === undefined || row.session !== rejected.session) return undefined;
    if (row.generation < rejected.generation) return undefined;
    if (row.generation > rejected.generation) {
      const { clock, emit } = parts;
      emit({ type: 'rejected', then: 'late', name: key, at: clock.now() }, row.kept.provider);
      return current(parts, wanted);
    }
    if (row.state === 'ended') throw new TokenError('ERR_SESSION_ENDED');
    const tooSoon = floorOf(row, parts.clock.now());
    if (tooSoon > 0) throw new TokenError('ERR_REFRESH_LIMIT', { retryAfter: tooSoon });
    const obstacle = parts.obstacle(row.kept.provider);
    if (obstacle !== undefined) throw obstacle;
    const manager = parts.managers.of(key, row);
    try {
      if ((await manager.replaceRejected(rejected, { signal })) !== undefined) continue;
    } catch (error) {
      if (wasDropped(error) && left > 1) continue;
      throw signal.aborted ? waitedTooLong() : error;
    }
    // It knows another sign-in than the database, for which this generation is nobody's.
    await abortable(manager.close(), signal);
  }
  return undefined;
}

async function lookAlive({ look }: CurrentParts, key: string): Promise<LiveRow | undefined> {
  const row = await look(key);
  if (row !== undefined && !isLive(row)) throw new TokenError('ERR_SIGNED_OUT');
  return row;
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

const waitedTooLong = (): TokenError =>
  new TokenError('ERR_WAIT_LIMIT', {
    message: 'The refresh took longer than the request would wait',
  });
