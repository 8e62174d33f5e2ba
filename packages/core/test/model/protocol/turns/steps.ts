// Looks (adopt, or write back what stands older), and what users do.
import type { Step } from '../explore.ts';
import {
  type Faults,
  including,
  type Manager,
  NEWBORN,
  type Rules,
  type SignIn,
  type State,
  same,
  written,
} from './state.ts';

/** How what is stored stands to what a manager knows. */
type Relation = 'same' | 'older' | 'other';

export function relate({ memory, past, givenUp }: Manager, stored: SignIn, rules: Rules): Relation {
  const withdrawn = rules.unanswered === 'withdrawn: written over';
  if (withdrawn && stored.signedIn && givenUp.includes(stored.session)) return 'older';
  if (stored.session === memory.session) {
    if (same(stored, memory)) return 'same';
    // A sign-out is final for its session.
    if (stored.signedIn !== memory.signedIn) return stored.signedIn ? 'older' : 'other';
    if (stored.gen !== memory.gen) return stored.gen < memory.gen ? 'older' : 'other';
    return stored.turn > memory.turn ? 'other' : 'older';
  }
  if (rules.order === 'ids of what is over')
    return past.includes(stored.session) ? 'older' : 'other';
  return stored.turn < memory.turn ? 'older' : 'other'; // a tie: what is stored wins
}

export function stepsOf(state: State, rules: Rules): Step<State>[] {
  return [
    ...state.managers.flatMap((manager, id) => [
      ...looks(state, id, manager, rules),
      ...signsIn(state, id, manager, rules),
      ...signsOut(state, id, manager, rules),
      ...refreshes(state, id, manager, rules),
      ...restarts(state, id, manager, rules),
    ]),
    ...worldSteps(state),
  ];
}

function does(
  state: State,
  by: number,
  kind: string,
  change: Partial<Manager>,
  world: Partial<State> = {},
): Step<State> {
  const managers = state.managers.map((each, id) => (id === by ? { ...each, ...change } : each));
  return { kind, by, to: { ...state, ...world, managers } };
}

const free = (step: Step<State>): Step<State> => ({ ...step, free: true });
const spend = (left: Faults, fault: keyof Faults): { left: Faults } => ({
  left: { ...left, [fault]: left[fault] - 1 },
});

/** The only steps that happen by themselves. */
function looks(state: State, id: number, manager: Manager, rules: Rules): Step<State>[] {
  const { store } = state;
  const { memory, owed, past } = manager;
  const relation = relate(manager, store, rules);
  if (owed !== undefined) {
    const paid = { memory: owed, owed: undefined };
    if (same(store, owed)) return [does(state, id, 'sees its sign-in', paid)];
    const late = writtenBack(owed, store, rules);
    if (relation !== 'other')
      return [does(state, id, 'pays', { ...paid, memory: late }, written(state, late))];
  }
  if (relation === 'older') {
    const back = writtenBack(memory, store, rules);
    return [does(state, id, 'writes back', { memory: back }, written(state, back))];
  }
  if (relation === 'same') return [];
  const over = memory.session === store.session ? past : including(past, memory.session);
  const adopted = {
    memory: store,
    owed: undefined,
    past: over.filter((session) => session !== store.session),
  };
  return [does(state, id, 'adopts', adopted)];
}

/** Never with an earlier turn than what it replaces. */
function writtenBack(memory: SignIn, store: SignIn, { order }: Rules): SignIn {
  const sameSession = store.session === memory.session && store.signedIn === memory.signedIn;
  if (order !== 'turns' || sameSession) return memory;
  return { ...memory, turn: Math.max(memory.turn, store.turn + 1) };
}

function nextTurn({ store, clock }: State, id: number, rules: Rules): number {
  const next = store.turn + 1;
  return rules.turnsFollowTheClock ? Math.max(next, clock + 1 + rules.ahead * id) : next;
}

function signsIn(state: State, id: number, manager: Manager, rules: Rules): Step<State>[] {
  const { left, store, nextSession, clock, mayStand } = state;
  const { memory, past, givenUp } = manager;
  const signIn: SignIn = {
    turn: nextTurn(state, id, rules),
    session: nextSession,
    gen: 0,
    signedIn: true,
  };
  const { session } = signIn;
  const world = { nextSession: nextSession + 1, clock: clock + 1 };
  const steps: Step<State>[] = [];
  if (left.signIns > 0)
    steps.push(
      does(
        state,
        id,
        'signs in',
        { memory: signIn, owed: undefined, past: including(past, memory.session, store.session) },
        {
          ...written(state, signIn),
          ...world,
          ...spend(left, 'signIns'),
          last: { by: id, session, signedIn: true },
          mayStand: [],
        },
      ),
    );
  if (left.unanswered > 0) {
    const seen = relate(manager, store, rules) === 'other' ? store : memory;
    const dropped = {
      memory: seen,
      past: including(past, session),
      givenUp: including(givenUp, session),
    };
    const after: Record<Rules['unanswered'], Partial<Manager>> = {
      'owed beside memory': { memory: seen, owed: signIn },
      'owed as the newest record': { memory: signIn },
      'withdrawn: written over': dropped,
      'buried: never taken up': dropped,
      forgotten: { memory: seen },
    };
    steps.push(
      does(state, id, 'gets no answer to its sign-in', after[rules.unanswered], {
        ...world,
        ...spend(left, 'unanswered'),
        late: { signIn, lands: true },
        rejected: session,
        mayStand: including(mayStand, session),
      }),
    );
  }
  if (left.refused > 0) steps.push(...refusals(state, id, manager, rules, signIn));
  return steps.map(free);
}

/** It rejects at once, and owes nothing; nor what it had given up before. */
function refusals(
  state: State,
  id: number,
  manager: Manager,
  rules: Rules,
  signIn: SignIn,
): Step<State>[] {
  const { store, left, nextSession, clock } = state;
  const seen = relate(manager, store, rules) === 'other' ? store : manager.memory;
  const after = { memory: seen, owed: undefined };
  const world = {
    nextSession: nextSession + 1,
    clock: clock + 1,
    ...spend(left, 'refused'),
    refused: signIn.session,
  };
  const first = does(state, id, 'is refused for good', after, world);
  if (rules.believes === 'the first refusal') return [first];
  const late = { signIn, lands: true };
  return [first, does(state, id, 'gets no answer, and then a refusal', after, { ...world, late })];
}

function signsOut(state: State, id: number, manager: Manager, rules: Rules): Step<State>[] {
  const { left, store, clock, mayStand } = state;
  const { memory, owed } = manager;
  if (left.signOuts === 0 || !store.signedIn) return [];
  // With a sign-in that may have taken effect, it signs out whatever is there.
  const asNewest = rules.unanswered === 'owed as the newest record';
  const unsure =
    owed !== undefined || (asNewest && !same(store, memory) && mayStand.includes(memory.session));
  if (!unsure && (store.session !== memory.session || !memory.signedIn)) return [];
  const from = unsure ? store : memory;
  const signedOut: SignIn = { ...from, turn: nextTurn(state, id, rules), signedIn: false };
  const world = {
    ...written(state, signedOut),
    ...spend(left, 'signOuts'),
    last: { by: id, session: signedOut.session, signedIn: false },
    mayStand: [],
    clock: clock + 1,
  };
  return [free(does(state, id, 'signs out', { memory: signedOut, owed: undefined }, world))];
}

function refreshes(state: State, id: number, manager: Manager, rules: Rules): Step<State>[] {
  const { memory } = manager;
  if (state.left.refreshes === 0 || !memory.signedIn) return [];
  if (relate(manager, state.store, rules) !== 'same') return [];
  const next: SignIn = { ...memory, gen: memory.gen + 1 };
  const world = { ...written(state, next), ...spend(state.left, 'refreshes') };
  return [free(does(state, id, 'refreshes', { memory: next }, world))];
}

/** A manager that is started anew knows what the store says, and nothing else. Its earlier calls are not judged any more. */
function restarts(state: State, id: number, { givenUp }: Manager, rules: Rules): Step<State>[] {
  const { left, store, last } = state;
  const remembers =
    rules.unanswered === 'withdrawn: written over' || rules.unanswered === 'buried: never taken up';
  if (left.restarts === 0 || (remembers && givenUp.length > 0)) return [];
  const world = { ...spend(left, 'restarts'), last: last?.by === id ? undefined : last };
  return [free(does(state, id, 'is started anew', NEWBORN(store), world))];
}

function worldSteps(state: State): Step<State>[] {
  const { late, left, earlier, store } = state;
  const steps: Step<State>[] = [];
  if (late !== undefined) {
    const landed = late.lands ? written(state, late.signIn) : {};
    const kind = late.lands ? 'the late write lands' : 'the late write is refused';
    steps.push({ kind, to: { ...state, ...landed, late: undefined }, free: true });
  }
  for (const back of left.restores > 0 ? earlier : []) {
    if (same(back, store)) continue;
    const after = spend(left, 'restores');
    const to: State = {
      ...state,
      ...after,
      store: back,
      earlier: after.left.restores === 0 ? [] : earlier,
      late: late && { ...late, lands: false },
    };
    const kind = `the store goes back to session ${back.session}`;
    steps.push({ kind, to, free: true });
  }
  return steps;
}
