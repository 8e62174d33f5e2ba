import { startFlight } from '../../src/refresh/flight.ts';
import type { FlightContext, FlightEnd } from '../../src/refresh/flight-types.ts';
import type { EventBody } from '../../src/session/events.ts';
import type { RefreshReason } from '../../src/session/functions.ts';
import { createSessionState } from '../../src/session/state.ts';
import { type ActiveRecord, isActive } from '../../src/session/store.ts';
import { tombstoneOf } from '../../src/session/succession.ts';
import { createDebt } from '../../src/shared/debt.ts';
import { createIntentAge } from '../../src/shared/intent.ts';
import type { StoredState } from '../../src/shared/record.ts';
import { sharedFlight } from '../../src/shared/shared-flight.ts';
import { createStoreAccess } from '../../src/shared/store-access.ts';
import { createSync } from '../../src/shared/sync.ts';
import type { Clock } from '../../src/time/clock.ts';
import { subjectOf } from '../../src/tokens/subject.ts';
import type { TokenSet } from '../../src/tokens/tokens.ts';
import { testClock } from './clock.ts';
import { scriptedLock } from './scripted-lock.ts';
import { sharedCell } from './shared-cell.ts';

/** One flight without a manager around it: what it asks of its surroundings, and how it ends. */
export type FlightStage = ReturnType<typeof flightStage>;

/** A generation of session `s` that has expired. */
export const expired = (gen: number, tokens: Partial<TokenSet> = {}): ActiveRecord => ({
  v: 1,
  session: 's',
  gen,
  status: 'active',
  issuedAt: 0,
  turn: 1,
  tokens: { accessToken: `at-${gen}`, refreshToken: `rt-${gen}`, expiresAt: 1, ...tokens },
});

/** The same, good for an hour. */
export const fresh = (gen: number, now: number, tokens: Partial<TokenSet> = {}): ActiveRecord => ({
  ...expired(gen, { expiresAt: now + 3_600_000, ...tokens }),
  issuedAt: now,
});

/** Another session than `s`, later than that. */
export const another = (session: string, now: number): ActiveRecord => ({
  ...fresh(0, now),
  session,
  turn: now,
});

export interface StageOptions {
  /** `memory`: nobody shares the session, and there is no store. */
  readonly home?: 'memory' | 'store';
  readonly changes?: Partial<FlightContext>;
  readonly intentLimit?: number;
  /** For the stage's own waits; default: its test clock. */
  readonly watched?: (clock: Clock) => Clock;
}

/** `stored`: what the store and memory hold at first; `undefined`: there never was a session. */
export function flightStage(stored: ActiveRecord | undefined, options: StageOptions = {}) {
  const testing = testClock();
  const clock = options.watched?.(testing) ?? testing;
  const random = (): number => 0.5;
  const shared = sharedCell(stored);
  const script = scriptedLock();
  const events: EventBody[] = [];
  const ends: FlightEnd[] = [];
  const revoked: TokenSet[] = [];
  const spent: (TokenSet | undefined)[] = [];
  const doubted: ActiveRecord[] = [];
  const unsettled = new WeakSet<ActiveRecord>();
  const doubt = unsettled.add.bind(unsettled);
  unsettled.add = (record) => {
    doubted.push(record);
    return doubt(record);
  };
  const outside = {
    closed: false,
    answer: (): unknown => ({ access_token: 'new', refresh_token: 'rt-new', expires_in: 3600 }),
  };
  let flight: ReturnType<typeof startFlight> | undefined;
  const state = createSessionState({
    clock,
    random,
    windows: { skewWindow: 0, backgroundWindow: 0 },
    acquires: true,
    emit: (event) => void events.push(event),
    changed: () => flight?.interrupt(),
  });
  const sync = createSync({ state, clock, subjectOf, nothingOwed: () => debt.nudge() });
  const access = createStoreAccess(shared.open(), clock, random, {
    warn: () => undefined,
    learn: (record) => sync.learn(record),
  });
  const closed = (): boolean => outside.closed;
  const debt = createDebt({
    access,
    sync,
    clock,
    closed,
    emit: state.emit,
    signedOut: () => undefined,
  });
  const look = async (): Promise<StoredState> => {
    const storedState = await access.read();
    if (storedState.unreadable !== undefined) throw storedState.unreadable;
    sync.take(storedState);
    return sync.owes() ? debt.pay(storedState) : storedState;
  };
  const age = createIntentAge();
  const { intentLimit = 80_000 } = options;
  const onStore = options.home !== 'memory';
  if (onStore) sync.take({ record: stored, version: '1' });
  else if (isActive(stored)) state.adopt(stored, { by: 'self', origin: 'signIn' });
  else state.foundEmpty();
  events.length = 0;
  const context: FlightContext = {
    state,
    lock: script.lock,
    lockName: 'lock',
    clock,
    random,
    newId: () => 'new-session',
    redeem: async (current) => {
      spent.push(current);
      return outside.answer();
    },
    classify: undefined,
    subjectOf,
    accept: undefined,
    revoker: { revoke: (tokens) => void revoked.push(tokens) },
    unsettled,
    closed,
    ...options.changes,
  };
  return {
    clock: testing,
    shared,
    script,
    state,
    sync,
    events,
    /** How it landed; more than one is a mistake. */
    ends,
    revoked,
    /** Of which generations it is not known whether their refresh token was spent. */
    doubted,
    /** As a sign-out of this manager. */
    signOut() {
      const tombstone = tombstoneOf(state.record, 'nobody', clock.now());
      if (onStore) sync.end(tombstone, false);
      else state.leave('self', tombstone);
    },
    /** As a sign-in of this manager, or, on a store, news of a peer. */
    show(record: ActiveRecord) {
      if (onStore) sync.take({ record, version: undefined });
      else state.adopt(record, { by: 'self', origin: 'signIn' });
    },
    /** What was sent to the token endpoint. */
    spent,
    /** May be changed at any time. */
    outside,
    start(reason: RefreshReason = 'due') {
      flight = startFlight(
        context,
        reason,
        onStore
          ? (core) =>
              sharedFlight(
                { access, sync, debt: () => debt, owner: 'me', intentLimit, age, look },
                core,
              )
          : undefined,
        (end) => void ends.push(end),
      );
      return flight;
    },
  };
}

/** As a server refuses a refresh token. */
export const refusal = (): Error =>
  Object.assign(new Error('Bad Request'), { status: 400, data: { error: 'invalid_grant' } });
