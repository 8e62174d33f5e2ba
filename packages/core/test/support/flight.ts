import { createCell } from '../../src/shared/store-access.ts';
import { type FlightEnd, type FlightPort, startFlight } from '../../src/refresh/flight.ts';
import type { RefreshReason } from '../../src/session/functions.ts';
import type { ActiveRecord } from '../../src/session/store.ts';
import { createSessionState, type EventBody } from '../../src/session/state.ts';
import type { TokenSet } from '../../src/tokens/tokens.ts';
import { testClock } from './clock.ts';
import { scriptedLock } from './scripted-lock.ts';
import { sharedCell } from './shared-cell.ts';

/** One flight without a manager around it: what it asks of its port, and how it ends. */
export type FlightStage = ReturnType<typeof flightStage>;

/** A generation of session `s` that has expired. */
export const expired = (gen: number, tokens: Partial<TokenSet> = {}): ActiveRecord => ({
  v: 1,
  session: 's',
  gen,
  status: 'active',
  issuedAt: 0,
  turn: 0,
  tokens: { accessToken: `at-${gen}`, refreshToken: `rt-${gen}`, expiresAt: 1, ...tokens },
});

/** The same, good for an hour. */
export const fresh = (gen: number, now: number, tokens: Partial<TokenSet> = {}): ActiveRecord => ({
  ...expired(gen, { expiresAt: now + 3_600_000, ...tokens }),
  issuedAt: now,
  turn: now,
});

/** `stored`: what the store and memory hold at first; `undefined`: there never was a session. */
export function flightStage(stored: ActiveRecord | undefined, changes: Partial<FlightPort> = {}) {
  const clock = testClock();
  const shared = sharedCell(stored);
  const script = scriptedLock();
  const events: EventBody[] = [];
  const ends: FlightEnd[] = [];
  const revoked: TokenSet[] = [];
  const doubted: (ActiveRecord | undefined)[] = [];
  const spent: (TokenSet | undefined)[] = [];
  const outside = {
    closed: false,
    answer: (): unknown => ({ access_token: 'new', refresh_token: 'rt-new', expires_in: 3600 }),
  };
  let flight: ReturnType<typeof startFlight> | undefined;
  const state = createSessionState({
    clock,
    random: () => 0.5,
    windows: { skewWindow: 0, backgroundWindow: 0 },
    emit: (event) => void events.push(event),
    changed: () => flight?.interrupt(),
  });
  state.take({ record: stored, version: undefined }, 'store');
  const port: FlightPort = {
    state,
    cell: createCell(shared.open(), clock),
    lock: script.lock,
    lockName: 'lock',
    clock,
    random: () => 0.5,
    owner: 'me',
    newSession: () => 'new-session',
    marks: true,
    redeem: async (current) => {
      spent.push(current);
      return outside.answer();
    },
    revoke: (tokens) => void revoked.push(tokens),
    unsettled: { has: (record) => doubted.includes(record) },
    doubt: (record) => void doubted.push(record),
    intentsSeen: new Map(),
    closed: () => outside.closed,
    ...changes,
  };
  return {
    clock,
    shared,
    script,
    state,
    events,
    /** How it landed; more than one is a mistake. */
    ends,
    revoked,
    doubted,
    /** What was sent to the token endpoint. */
    spent,
    /** May be changed at any time. */
    outside,
    start(reason: RefreshReason = 'due') {
      flight = startFlight(port, reason, (end) => void ends.push(end));
      return flight;
    },
  };
}

/** As a server refuses a refresh token. */
export const refusal = (): Error =>
  Object.assign(new Error('Bad Request'), { status: 400, data: { error: 'invalid_grant' } });
