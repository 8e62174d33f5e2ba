// Who is signed in, where managers and store disagree: sign-ins, sign-outs, a write that lands late, a store that goes back.

export interface SignIn {
  readonly turn: number;
  readonly session: number;
  readonly gen: number;
  readonly signedIn: boolean;
}

export interface Manager {
  readonly memory: SignIn;
  /** Sessions that it knows to be over; used only where ids give the order. */
  readonly past: readonly number[];
  /** Its own sign-ins that it gave up. */
  readonly givenUp: readonly number[];
  /** Its own sign-in that got no answer, and that it writes again. */
  readonly owed: SignIn | undefined;
}

export interface Faults {
  readonly signIns: number;
  readonly signOuts: number;
  readonly refreshes: number;
  /** The store goes back to something that it held. */
  readonly restores: number;
  /** Sign-ins whose write gets no answer, and may land later. */
  readonly unanswered: number;
  /** Sign-ins of whose write the store says that it has not happened, and will not. */
  readonly refused: number;
  /** Managers that are started anew. */
  readonly restarts: number;
}

export interface Rules {
  /** What tells a session from one that came before. */
  readonly order: 'turns' | 'ids of what is over';
  /** A turn is never earlier than the clock. Without: it is one more than the turn that it replaces. */
  readonly turnsFollowTheClock: boolean;
  /** How far the clock of each manager is ahead of the one before it. */
  readonly ahead: number;
  /** What becomes of a sign-in without an answer. */
  readonly unanswered:
    | 'owed beside memory'
    | 'owed as the newest record'
    | 'withdrawn: written over'
    | 'buried: never taken up'
    | 'forgotten';
  /** Of which writes a sign-in believes a refusal for good: of the first one, or also after one that got no answer. */
  readonly believes: 'the first refusal' | 'any refusal';
}

export const PROTOCOL: Rules = {
  order: 'turns',
  turnsFollowTheClock: true,
  ahead: 0,
  unanswered: 'owed beside memory',
  believes: 'the first refusal',
};

/** The last sign-in or sign-out that resolved. */
export interface Resolved {
  readonly by: number;
  readonly session: number;
  readonly signedIn: boolean;
}

export interface State {
  readonly store: SignIn;
  /** What the store may go back to. */
  readonly earlier: readonly SignIn[];
  readonly managers: readonly Manager[];
  /** A write under way, which is refused if somebody wrote since. */
  readonly late: { readonly signIn: SignIn; readonly lands: boolean } | undefined;
  readonly nextSession: number;
  readonly last: Resolved | undefined;
  /** Sign-ins without an answer since the last call that resolved: they may take effect. */
  readonly mayStand: readonly number[];
  /** The newest sign-in without an answer. */
  readonly rejected: number | undefined;
  /** The newest sign-in that was refused for good. */
  readonly refused: number | undefined;
  readonly clock: number;
  readonly left: Faults;
}

export const NEWBORN = (memory: SignIn): Manager => ({
  memory,
  past: [],
  givenUp: [],
  owed: undefined,
});

export function initialState(managers: number, left: Faults): State {
  const store: SignIn = { turn: 0, session: 0, gen: 0, signedIn: true };
  return {
    store,
    earlier: [],
    managers: Array.from({ length: managers }, () => NEWBORN(store)),
    late: undefined,
    nextSession: 1,
    last: undefined,
    mayStand: [],
    rejected: undefined,
    refused: undefined,
    clock: 0,
    left,
  };
}

export const same = (a: SignIn, b: SignIn): boolean =>
  a.turn === b.turn && a.session === b.session && a.gen === b.gen && a.signedIn === b.signedIn;

/** Sets of numbers, always in one order. */
export const including = (set: readonly number[], ...added: readonly number[]): number[] =>
  [...new Set([...set, ...added])].sort((a, b) => a - b);

/** The store after a write: a write that is under way is refused then. */
export function written({ store, earlier, late, left }: State, signIn: SignIn): Partial<State> {
  return {
    store: signIn,
    earlier:
      left.restores === 0 || earlier.some((each) => same(each, store))
        ? earlier
        : sorted([...earlier, store]),
    late: late && { ...late, lands: false },
  };
}

const sorted = (records: SignIn[]): SignIn[] =>
  records.sort(
    (a, b) =>
      a.turn - b.turn ||
      a.session - b.session ||
      a.gen - b.gen ||
      Number(a.signedIn) - Number(b.signedIn),
  );
