// One refresh token, an intent of which somebody may have died, and time in ticks.

/** How old an intent must be before it is overridden: 65 s and more, in ticks. */
export const LIMIT = 5;
/** An attempt takes no longer. */
export const ATTEMPT = 2;
/** By the wall clock, an intent is too old after this: 10 minutes. */
export const WALL = 8;
/** A manager with an answer that it could not store writes it within this, once the store is back. */
export const PAY = 1;
/** No rule tells a longer time from this one. */
const LONGEST = 4;

export const NOBODY = -1;
/** The lease of somebody who died. */
export const DIED = -1;

/** What the age of an intent is taken from. */
export type Age =
  | 'seen by anybody' // as in the protocol: what managers saw of it, added up in the record
  | 'seen by one manager'
  | "the store's clock"
  | 'the wall clock'
  | "the store's clock less the writer's own"
  | "the store's clock, and seen for longer than an owner takes to pay";

export interface Rules {
  readonly age: Age;
  readonly lock: 'none' | 'lease' | 'freed on death';
  /** Ticks for which a manager that waits lives; 0: for ever. */
  readonly life: number;
  readonly limit: number;
  /** From when an attempt's own limit counts. */
  readonly attemptFrom: 'its look' | 'its call';
  /** The write of an intent may take as long as an attempt. */
  readonly slowWrites: boolean;
  /** It began with an intent whose owner is dead: everybody looks once a tick. */
  readonly abandoned: boolean;
  /** How far the dead owner's clock was ahead. */
  readonly writerAhead: number;
  /** The dead owner's call had arrived. */
  readonly spent: boolean;
  /** How far the clock of each manager is ahead. */
  readonly ahead: readonly number[];
}

export interface Faults {
  readonly outages: number;
  readonly crashes: number;
  readonly lapses: number;
  /** One clock is put forward, for everybody. */
  readonly clockSteps: number;
}

export interface Intent {
  readonly id: number;
  readonly owner: number;
  /** Its true age. */
  readonly age: number;
  readonly ahead: number;
  /** For how long anybody has seen it, as the record says. */
  readonly seen: number;
  readonly over: boolean;
}

export interface Manager {
  readonly phase: 'look' | 'write' | 'listen' | 'answered' | 'refused' | 'owe' | 'done';
  /** Which intent it watches, and for how long it has seen it. */
  readonly watches: number;
  readonly seen: number;
  /** Ticks since its last look. */
  readonly since: number;
  /** The intent that it found before it writes its own. */
  readonly found: number;
  /** Ticks in this phase, or since the look. */
  readonly ticks: number;
  readonly life: number;
}

export interface State {
  readonly up: boolean;
  readonly record: Intent | undefined;
  readonly gen: number;
  readonly managers: readonly Manager[];
  readonly holder: number | undefined;
  readonly redeemed: boolean;
  readonly reuse: boolean;
  readonly nextIntent: number;
  readonly ahead: readonly number[];
  readonly left: Faults;
  /** Somebody sent while another's attempt was alive, or its answer owed. */
  readonly together: boolean;
  readonly sent: number;
}

export const NEWBORN = (life: number): Manager => ({
  phase: 'look',
  watches: 0,
  seen: 0,
  since: 0,
  found: 0,
  ticks: 0,
  life,
});

export function initialState(rules: Rules, left: Faults): State {
  const { abandoned, lock, spent, writerAhead, life, ahead } = rules;
  const record = { id: 1, owner: NOBODY, age: 0, ahead: writerAhead, seen: 0, over: false };
  return {
    up: true,
    record: abandoned ? record : undefined,
    gen: 0,
    managers: ahead.map(() => NEWBORN(life)),
    holder: abandoned && lock === 'lease' ? DIED : undefined,
    redeemed: spent,
    reuse: false,
    nextIntent: 2,
    ahead,
    left,
    together: false,
    sent: 0,
  };
}

/** An age that the rules do not tell from a greater one: so the states stay finite. */
export function oldest({ age, writerAhead, ahead }: Rules, { clockSteps }: Faults): number {
  if (age === 'seen by anybody' || age === 'seen by one manager') return 0;
  const clocks = Math.max(1, Math.abs(writerAhead), ...ahead.map(Math.abs));
  return WALL + clocks + clockSteps * (WALL + 1);
}

/** The record, once the owner of its intent has died: the manager that takes its place does not know that intent. */
export function unowned(
  record: Intent | undefined,
  hasDied: (owner: number) => boolean,
  age: number = record?.age ?? 0,
): Intent | undefined {
  return record && { ...record, age, owner: hasDied(record.owner) ? NOBODY : record.owner };
}

/** One tick passes for everybody. */
export function aged(state: State, { life }: Rules, most: number): State {
  const { managers, holder, record } = state;
  const dies = (manager: Manager | undefined): boolean =>
    manager?.phase === 'look' && manager.life === 1;
  const freed = holder === DIED || (holder !== undefined && dies(managers[holder]));
  return {
    ...state,
    managers: managers.map((manager) =>
      dies(manager)
        ? NEWBORN(life)
        : {
            ...manager,
            since: manager.watches === 0 ? 0 : 1,
            ticks: Math.min(manager.ticks + 1, LONGEST),
            life: manager.life > 0 && manager.phase === 'look' ? manager.life - 1 : manager.life,
          },
    ),
    holder: freed ? undefined : holder,
    record: unowned(
      record,
      (owner) => dies(managers[owner]),
      Math.min((record?.age ?? 0) + 1, most),
    ),
  };
}
