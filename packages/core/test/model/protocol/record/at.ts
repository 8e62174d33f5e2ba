// A manager in a state, and how it takes a step.
import type { Step } from '../explore.ts';
import type { Setup } from './rules.ts';
import { DIED, type Manager, NOBODY, type State, type Stored } from './state.ts';

/** What a look at the store shows, compared with what the manager knows. */
export type Sight = 'down' | 'gone' | 'signedOut' | 'same' | 'newer' | 'older';

export interface At {
  readonly state: State;
  readonly id: number;
  readonly manager: Manager;
  readonly sight: Sight;
  readonly setup: Setup;
}

export function at(state: State, id: number, setup: Setup): At | undefined {
  const manager = state.managers[id];
  return manager && { state, id, manager, sight: sightOf(state, manager), setup };
}

function sightOf({ up, record }: State, { gen }: Manager): Sight {
  if (!up) return 'down';
  if (record === undefined) return 'gone';
  if (record.status === 'signedOut') return 'signedOut';
  if (record.gen === gen) return 'same';
  return record.gen > gen ? 'newer' : 'older';
}

/** The manager changes, and with it the world. */
export function does(
  { state, id, manager }: At,
  kind: string,
  change: Partial<Manager>,
  world: Partial<State> = {},
  free?: true,
): Step<State> {
  const managers = state.managers.map((each, index) =>
    index === id ? { ...manager, ...change } : each,
  );
  const to = { ...state, ...world, managers };
  return free ? { kind, by: id, to, free } : { kind, by: id, to };
}

/** Its flight has ended. */
export const ended = ({ manager }: At): Partial<Manager> => ({
  phase: 'idle',
  flightsLeft: manager.flightsLeft - 1,
  answer: undefined,
  baseGen: -1,
  baseToken: -1,
});

/** What the store shows is taken over. */
export const adopted = ({ gen, refreshToken }: Stored): Partial<Manager> => ({
  gen,
  refreshToken,
  stored: true,
});

export const SIGNED_OUT: Partial<Manager> = { session: 'out', stored: true };

export const noticedGone = ({ setup }: At): Partial<Manager> => ({
  session: setup.rules.goneForGood ? 'past' : 'away',
});

export const lockOf = ({ setup, id }: At) => setup.locks[id];

/** The manager that holds this manager's lock; `undefined`: the lock is free, or there is none. */
export function holderOf(now: At): number | undefined {
  const index = now.setup.reaches.indexOf(lockOf(now)?.reach ?? '');
  return now.state.holders[index];
}

export function holding(now: At): State['holders'] {
  const mine = now.setup.reaches.indexOf(lockOf(now)?.reach ?? '');
  return now.state.holders.map((holder, index) => (index === mine ? now.id : holder));
}

/** This manager has let go of its lock. */
export const released = ({ state, id }: At): Pick<State, 'holders'> => ({
  holders: state.holders.map((holder) => (holder === id ? undefined : holder)),
});

/** This manager has died: a lease outlives it. */
export function orphaned(now: At): Pick<State, 'holders'> {
  const lock = lockOf(now);
  if (lock === undefined || lock.identity !== undefined) return released(now);
  return { holders: now.state.holders.map((holder) => (holder === now.id ? DIED : holder)) };
}

/** What the manager writes into its intent about its lock. */
export function tagOf(now: At): string | undefined {
  const lock = lockOf(now);
  return now.setup.rules.vouchedBy === 'identity' ? lock?.identity : lock?.name;
}

/** What a manager writes over a record that is older than what it knows. */
export function writtenBack(now: At): Stored {
  const { gen, refreshToken, stored } = now.manager;
  const { markOnWriteBack } = now.setup.rules;
  const mark = {
    owner: NOBODY,
    lock: markOnWriteBack === "with the writer's lock" ? tagOf(now) : undefined,
    attempt: 0,
  };
  const intent = stored && markOnWriteBack !== 'none' ? mark : undefined;
  return { gen, refreshToken, status: 'active', intent };
}
