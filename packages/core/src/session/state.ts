import type { TokenError } from '../errors/errors.ts';
import type { Clock } from '../time/clock.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import type { Emit, SessionStatus } from './events.ts';
import { type Moment, momentOf } from './freshness.ts';
import { type Generation, generationOf, type Origin, type Windows } from './generation.ts';
import type { ActiveRecord, SessionRecord } from './store.ts';

/** Which generation of which session a token belongs to. */
export interface Place {
  readonly session: string;
  readonly gen: number;
}

/** How a record came to be the current one. */
export interface Adoption {
  readonly by: 'self' | 'peer';
  readonly origin: Origin;
  /** From when its lifetime counts; default: now. For our own refresh that is the beginning of the call. */
  readonly learned?: Moment;
  /** Why its refresh token is of no use, where that is known already. */
  readonly dead?: TokenError | undefined;
}

/**
 * What a manager knows of its session, and the only place where that changes. Synchronous: a waiter reads the
 * new state, never something in between. It knows nothing of stores.
 */
export interface SessionState {
  /** `unknown`: nobody has looked yet. `empty`: there never was a session. */
  readonly phase: 'unknown' | 'empty' | 'signedOut' | 'active';
  readonly status: SessionStatus;
  /** The generation that callers get; `undefined`: nobody is signed in. */
  readonly current: Generation | undefined;
  /** The newest record that is known: the current one, or what is left of a session that is over or away. */
  readonly record: SessionRecord | undefined;
  /** +1 whenever a session ends or gives way to another; requests that wait across that are turned away. */
  readonly epoch: number;
  /** Why the refresh token of the current generation is of no use any more. */
  readonly dead: TokenError | undefined;
  /** Did the API refuse the current generation? Then it is due, and still good for those who have not sent. */
  refused: boolean;
  /** This is the current generation from now on. */
  adopt(record: ActiveRecord, how: Adoption): void;
  /** The session is over for callers, by `by`; `record` is what is left of it. */
  leave(by: 'self' | 'peer', record: SessionRecord | undefined): void;
  /** What is left of the session: nothing changes for callers. `learned`: a refresh brought this, and its lifetime counts from then. */
  keep(record: SessionRecord, learned?: Moment): void;
  /** Looked, and nobody was signed in. */
  foundEmpty(): void;
  /** Tried to get tokens from nothing: nobody is signed in. */
  foundNobody(): void;
  markDead(error: TokenError, by: 'self' | 'peer'): void;
  /** The generation that this token belongs to, of this session or an earlier one. */
  placeOf(accessToken: string): Place | undefined;
  readonly emit: Emit;
}

/** Tokens remembered, as fingerprints: enough for any request that is still under way. */
const REMEMBERED = 1000;

export function createSessionState(options: {
  readonly clock: Clock;
  readonly windows: Windows;
  readonly random: () => number;
  readonly emit: Emit;
  /** Is there a way to get tokens from nothing? Then an empty place says nothing yet. */
  readonly acquires: boolean;
  /** Called after the current generation or the session changed. */
  readonly changed: () => void;
}): SessionState {
  const { clock, windows, random, emit, acquires, changed } = options;
  let last:
    | { readonly record: SessionRecord; readonly learned: Moment; readonly origin: Origin }
    | undefined;
  /** Was it tried to get tokens from nothing, in vain? */
  let nobody = false;
  const places = new Map<string, Place>();

  const statusNow = (): SessionStatus => {
    const { phase, dead } = state;
    if (phase === 'active') return dead === undefined ? 'signedIn' : 'ended';
    if (phase === 'signedOut') return 'signedOut';
    return phase === 'empty' && (nobody || !acquires) ? 'signedOut' : 'unknown';
  };

  const remember = ({ tokens, session, gen }: ActiveRecord): void => {
    const key = fingerprint(tokens.accessToken);
    places.delete(key); // so that it counts as the newest again
    places.set(key, { session, gen });
    for (const oldest of places.keys()) {
      if (places.size <= REMEMBERED) return;
      places.delete(oldest);
    }
  };

  const announce = (
    before: SessionStatus,
    moved: boolean,
    next: ActiveRecord,
    how: Adoption,
  ): void => {
    const token = next.tokens.accessToken;
    const { by } = how;
    const found = how.origin === 'refresh' || by === 'peer';
    if (before === 'unknown' && found)
      emit({ type: 'ready', status: state.status as 'signedIn' | 'ended' }, token);
    else if (moved) emit({ type: 'signedIn', by }, token);
    else emit({ type: 'refreshed', by, expiresAt: next.tokens.expiresAt }, token);
    if (state.dead !== undefined) emit({ type: 'sessionEnded', by, error: state.dead }, token);
  };

  // Data, not getters: an object with accessors of its own takes some 600 bytes more, and there may be thousands.
  const state: { -readonly [Member in keyof SessionState]: SessionState[Member] } = {
    emit,
    refused: false,
    phase: 'unknown',
    status: 'unknown',
    current: undefined,
    record: undefined,
    epoch: 0,
    dead: undefined,
    adopt(next, how) {
      const before = state.status;
      const moved = state.current?.record.session !== next.session;
      if (moved && state.current !== undefined) state.epoch++;
      // A generation that was away is no longer good than before, wherever the clock stands now; and what a refresh brought was new
      // then, so that it is useless where the API refuses it soon, whoever shows it again.
      const again =
        last?.record.session === next.session && last.record.gen === next.gen ? last : undefined;
      const learned = how.learned ?? again?.learned ?? momentOf(clock);
      const origin = again?.origin === 'refresh' ? 'refresh' : how.origin;
      last = { record: next, learned, origin };
      state.current = generationOf(next, origin, learned, windows, random(), clock.monotonic());
      state.record = next;
      state.phase = 'active';
      state.dead = how.dead;
      state.status = statusNow();
      state.refused = false;
      remember(next);
      announce(before, moved, next, how);
      changed();
    },
    leave(by, left) {
      const known = state.status;
      if (state.phase !== 'unknown' || by === 'self') state.epoch++; // found at the first look, it was over before anybody asked
      state.phase = state.status = 'signedOut';
      state.record = left;
      state.current = state.dead = undefined;
      state.refused = false;
      if (known === 'unknown' && by === 'peer') emit({ type: 'ready', status: 'signedOut' });
      else if (known !== 'signedOut') emit({ type: 'signedOut', by });
      changed();
    },
    keep(left, learned) {
      state.record = left;
      if (learned !== undefined) last = { record: left, learned, origin: 'refresh' };
    },
    foundEmpty() {
      if (state.phase !== 'unknown') return;
      state.phase = 'empty';
      state.status = statusNow();
      if (!acquires) emit({ type: 'ready', status: 'signedOut' });
    },
    foundNobody() {
      if (state.status !== 'unknown') return;
      nobody = true;
      state.status = statusNow();
      emit({ type: 'ready', status: 'signedOut' });
    },
    markDead(error, by) {
      if (state.dead !== undefined || state.current === undefined) return;
      state.dead = error;
      state.status = statusNow();
      emit({ type: 'sessionEnded', by, error }, state.current.token.accessToken);
      changed();
    },
    placeOf: (accessToken) => places.get(fingerprint(accessToken)),
  };
  return state;
}
