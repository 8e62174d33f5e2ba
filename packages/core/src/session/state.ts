import type { Clock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import type { TokenEvent } from './events.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import { type Relation, relate } from '../shared/compare-records.ts';
import type { SessionRecord } from './store.ts';
import { type Moment, momentOf } from './freshness.ts';
import { type Held, hold, type Origin, type Windows } from './generation.ts';
import type { Sight } from '../shared/record.ts';
import { type ActiveRecord, isActive } from '../session/store.ts';

/** An event without what every event has. */
export type EventBody = TokenEvent extends infer E
  ? E extends TokenEvent
    ? Omit<E, 'name' | 'at' | 'token'>
    : never
  : never;

/** Which generation of which session a token belongs to. */
export interface Generation {
  readonly session: string;
  readonly gen: number;
}

/**
 * What a manager knows of its session, and the only place where that changes. Synchronous: whoever waited reads the
 * new state, never something in between.
 */
export interface SessionState {
  /** `unknown`: the store was never read. `empty`: there never was a session. */
  readonly phase: 'unknown' | 'empty' | 'signedOut' | 'active';
  readonly held: Held | undefined;
  /** +1 whenever a session ends or begins to give way to another; who waits across that is turned away. */
  readonly epoch: number;
  /** Why the refresh token of the held generation is of no use any more. */
  readonly dead: TokenError | undefined;
  /** Did the API refuse the held generation? Then it is not handed out any more. */
  refused: boolean;
  /** Was anything of the held session ever in the store? Only then does an empty store mean that it has ended. */
  stored: boolean;
  readonly past: ReadonlySet<string>;
  /** How a sight of the store stands to what is held, without taking it over. */
  relate(sight: Sight): Relation;
  /** Takes over what the store holds, where that is not behind; says how the two stood. */
  take(sight: Sight, by: 'peer' | 'store'): Relation;
  /** Holds what this manager obtained; `stored`: after storing it. `issued`: when the call for it began, from where its lifetime counts. */
  commit(record: ActiveRecord, stored: boolean, origin: Origin, issued?: Moment): void;
  /** The session is over in this manager; `by` whom. */
  leave(by: 'self' | 'peer'): void;
  /** A sign-in is about to be stored. `again`: so is another one already. Who waits for anybody else's session is turned away. */
  suspend(again: boolean): void;
  /** Learns of a session that was over before it was ever held: a store that goes back must not bring it up again. */
  bury(session: string): void;
  markDead(error: TokenError): void;
  /** The generation that this token belongs to, of this session or an earlier one. */
  generationOf(accessToken: string): Generation | undefined;
  emit(event: EventBody, token?: string): void;
}

/** Tokens remembered, as fingerprints: enough for any request that is still under way. */
const REMEMBERED = 1000;

export function createSessionState(options: {
  readonly clock: Clock;
  readonly windows: Windows;
  readonly random: () => number;
  readonly emit: (event: EventBody, token: string | undefined) => void;
  /** Called after the held generation or the session changed. */
  readonly changed: () => void;
}): SessionState {
  const { clock, windows, random, emit, changed } = options;
  let phase: SessionState['phase'] = 'unknown';
  let held: Held | undefined;
  let epoch = 0;
  let dead: TokenError | undefined;
  /** Signed out before the store was read: the first session seen in it is the one that was meant. */
  let unread = false;
  const past = new Set<string>();
  const generations = new Map<string, Generation>();

  const remember = (record: ActiveRecord): void => {
    const key = fingerprint(record.tokens.accessToken);
    generations.delete(key); // so that it counts as the newest again
    generations.set(key, { session: record.session, gen: record.gen });
    trim(generations);
  };

  const adopt = (
    record: ActiveRecord,
    stored: boolean,
    origin: Origin,
    learned = momentOf(clock),
  ): void => {
    const moved = held?.record.session !== record.session;
    if (held !== undefined && moved) {
      past.add(held.record.session);
      trim(past);
    }
    past.delete(record.session);
    held = hold(record, origin, learned, windows, random(), clock.monotonic());
    phase = 'active';
    dead = undefined;
    unread = false;
    state.refused = false;
    state.stored = stored || (!moved && state.stored);
    remember(record);
  };

  const noticeDeath = (record: SessionRecord): void => {
    if (record.dead?.gen !== record.gen || dead !== undefined) return;
    markDead(
      new TokenError('ERR_SESSION_ENDED', {
        message: `The server ended the session (${record.dead.code})`,
      }),
    );
  };

  const markDead = (error: TokenError): void => {
    if (dead !== undefined || held === undefined) return;
    dead = error;
    emit({ type: 'sessionEnded', error }, held.token.accessToken);
    changed();
  };

  const leave = (by: 'self' | 'peer' | 'store', session?: string): void => {
    unread ||= phase === 'unknown' && by === 'self'; // and stays so when it is signed out once more
    if (phase !== 'unknown' || unread) epoch++; // found in the first read, it was over before anybody asked
    if (held !== undefined) past.add(held.record.session);
    if (session !== undefined) past.add(session);
    trim(past);
    const known = phase === 'signedOut';
    phase = 'signedOut';
    held = dead = undefined;
    state.refused = state.stored = false;
    if (!known) emit({ type: 'signedOut', by }, undefined);
    changed();
  };

  const state: SessionState = {
    get phase() {
      return phase;
    },
    get held() {
      return held;
    },
    get epoch() {
      return epoch;
    },
    get dead() {
      return dead;
    },
    stored: false,
    past,
    refused: false,
    relate(sight) {
      const relation = relate(held?.record, past, sight.record);
      return relation === 'gone' && !state.stored ? 'older' : relation;
    },
    take(sight, by) {
      const { record } = sight;
      if (unread && record !== undefined) state.bury(record.session);
      unread &&= record === undefined;
      const relation = state.relate(sight);
      const first = phase === 'unknown';
      if (relation === 'nothing') {
        if (first) phase = 'empty';
      } else if (relation === 'signedOut' || relation === 'gone') {
        if (phase !== 'signedOut') leave(first ? 'store' : by, record?.session);
        else if (record !== undefined) state.bury(record.session);
      } else if (isActive(record) && relation !== 'older') {
        if (relation === 'same') state.stored = true;
        else {
          if (relation === 'other' && held !== undefined) epoch++;
          adopt(record, true, relation === 'newer' ? 'refresh' : 'signIn');
          if (relation === 'newer')
            emit(
              {
                type: 'refreshed',
                by: 'peer',
                duration: 0,
                lockWait: 0,
                expiresAt: record.tokens.expiresAt,
              },
              record.tokens.accessToken,
            );
          else emit({ type: 'signedIn', by: first ? 'store' : by }, record.tokens.accessToken);
        }
        noticeDeath(record); // before anybody who waits is asked to decide
        if (relation !== 'same') changed();
      }
      return relation;
    },
    commit(record, stored, origin, issued) {
      adopt(record, stored, origin, issued);
      changed();
    },
    leave,
    suspend(again) {
      if (held !== undefined || again) epoch++;
      changed();
    },
    bury(session) {
      past.add(session);
      trim(past);
    },
    markDead,
    generationOf: (accessToken) => generations.get(fingerprint(accessToken)),
    emit: (event, token) => emit(event, token),
  };
  return state;
}

/** Drops the oldest of a set or map that outgrew its bound. */
function trim(collection: Set<string> | Map<string, unknown>): void {
  for (const oldest of collection.keys()) {
    if (collection.size <= REMEMBERED) return;
    collection.delete(oldest);
  }
}
