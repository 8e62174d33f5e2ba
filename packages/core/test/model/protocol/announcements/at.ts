// A manager in a state, and how it takes a step.
import type { Step } from '../explore.ts';
import type { Setup } from './rules.ts';
import {
  type Faults,
  type Manager,
  newest,
  marksOf,
  type State,
  type Stored,
  type Tokens,
} from './state.ts';

export interface At {
  readonly state: State;
  readonly id: number;
  readonly manager: Manager;
  readonly setup: Setup;
  /** Some flight holds the lock. */
  readonly busy: boolean;
}

export function at(state: State, id: number, setup: Setup): At | undefined {
  const manager = state.managers[id];
  return manager && { state, id, manager, setup, busy: isBusy(state, setup) };
}

const isBusy = ({ managers, record }: State, { rules }: Setup): boolean =>
  managers.some(
    ({ phase, base }) =>
      phase !== 'idle' && (rules.lock || phase === 'owes' || base?.session === record.session),
  );

export function does(
  { state, id, manager }: At,
  kind: string,
  change: Partial<Manager>,
  world: Partial<State> = {},
): Step<State> {
  const managers = state.managers.map((each, index) =>
    index === id ? { ...manager, ...change } : each,
  );
  return { kind, by: id, to: { ...state, ...world, managers } };
}

export const free = (step: Step<State>): Step<State> => ({ ...step, free: true });

export const spend = (left: Faults, ...faults: readonly (keyof Faults)[]): { left: Faults } => ({
  left: faults.reduce((rest, fault) => ({ ...rest, [fault]: rest[fault] - 1 }), left),
});

/** What it saw, where a rule looks at that. */
export const saw = ({ setup, manager }: At, memory: Stored | undefined): Partial<Manager> => ({
  memory: setup.rules.decidesOn === 'memory' ? memory : manager.memory,
});

/** The fingerprints that it knows by itself, where a rule looks at those. */
export const remembering = ({ setup, manager }: At, tokens: Tokens): Partial<Manager> =>
  setup.rules.marks === 'in memory'
    ? { remembers: newest([...manager.remembers, ...marksOf(tokens)], 8) }
    : {};

/** The flight has ended. */
export const ENDED: Partial<Manager> = {
  phase: 'idle',
  base: undefined,
  answer: undefined,
  owed: undefined,
};

/** A caller that waits gets the tokens of this record. */
export function answered(
  { state, manager }: At,
  tokens: Tokens,
): [Partial<Manager>, Partial<State>] {
  const leaked = state.leaked || (manager.caller && tokens.login !== manager.caller.login);
  return [{ caller: undefined }, { leaked: leaked === true }];
}

/** The same, for a caller of the flight that has just settled. */
export function settledFor(now: At, tokens: Tokens): [Partial<Manager>, Partial<State>] {
  const { caller, base } = now.manager;
  const own = caller !== undefined && base !== undefined && caller.session === base.session;
  return own ? answered(now, tokens) : [{}, {}];
}
