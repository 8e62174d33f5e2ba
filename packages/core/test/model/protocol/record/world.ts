// What happens around the managers: crashes, leases that run out, the server's answers, and what befalls the store.
import type { Step } from '../explore.ts';
import { at, does, orphaned } from './at.ts';
import type { Faults, Setup } from './rules.ts';
import { FIRST_RECORD, NOBODY, redeem, type State, withMessage } from './state.ts';

export function worldSteps(state: State, setup: Setup): Step<State>[] {
  return [
    ...state.managers.flatMap((_, id) => crashes(state, id, setup)),
    ...leases(state, setup),
    ...answers(state, setup),
    ...outages(state),
    ...changes(state),
  ];
}

const spend = (left: Faults, fault: keyof Faults): { left: Faults } => ({
  left: { ...left, [fault]: left[fault] - 1 },
});

function crashes(state: State, id: number, setup: Setup): Step<State>[] {
  const now = at(state, id, setup);
  const idle = now?.manager.phase === 'idle' || now?.manager.phase === 'dead';
  if (now === undefined || idle || state.left.crashes === 0) return [];
  const messages = state.messages
    .filter(({ from, answer }) => from !== id || answer === undefined)
    .map((message) => (message.from === id ? { ...message, from: NOBODY } : message))
    .reduce(withMessage, []);
  const world = { ...orphaned(now), messages, ...spend(state.left, 'crashes') };
  return [does(now, 'dies', { phase: 'dead', flightsLeft: 0, answer: undefined }, world, true)];
}

function leases(state: State, setup: Setup): Step<State>[] {
  const freed = (lock: number): State['holders'] =>
    state.holders.map((holder, index) => (index === lock ? undefined : holder));
  return setup.reaches.flatMap((reach, index): Step<State>[] => {
    const holder = state.holders[index];
    if (holder === undefined) return [];
    const to = { ...state, holders: freed(index) };
    if (holder < 0) return [{ kind: 'the lease of the dead runs out', to }];
    const lease = setup.locks.some((lock) => lock?.reach === reach && lock.identity === undefined);
    if (!lease || state.left.lapses === 0) return [];
    const lapsed = { ...to, ...spend(state.left, 'lapses') };
    return [{ kind: 'the lease runs out under its holder', to: lapsed, free: true }];
  });
}

function answers(state: State, { mode }: Setup): Step<State>[] {
  return state.messages
    .filter(({ answer }) => answer === undefined)
    .map((message) => {
      const { server, answer } = redeem(mode, state.server, message.refreshToken);
      const rest = state.messages.filter((each) => each !== message);
      const messages = message.from === NOBODY ? rest : withMessage(rest, { ...message, answer });
      return { kind: 'the server answers', to: { ...state, server, messages } };
    });
}

function outages(state: State): Step<State>[] {
  if (!state.up) return [{ kind: 'the store is back', to: { ...state, up: true } }];
  if (state.left.outages === 0) return [];
  const to = { ...state, up: false, ...spend(state.left, 'outages') };
  return [{ kind: 'the store goes down', to, free: true }];
}

function changes(state: State): Step<State>[] {
  const { record, kept, left, up } = state;
  const steps: Step<State>[] = [];
  if (record === undefined && kept !== undefined)
    steps.push({ kind: 'the record returns', to: { ...state, record: kept, kept: undefined } });
  if (record?.status !== 'active') return steps;
  const fault = (kind: string, of: keyof Faults, change: Partial<State>): void => {
    if (left[of] > 0)
      steps.push({ kind, to: { ...state, ...change, ...spend(left, of) }, free: true });
  };
  fault('the record is away', 'absences', { record: undefined, kept: record });
  if (record.gen > 0) fault('a backup is restored', 'restores', { record: FIRST_RECORD });
  if (up)
    fault('somebody signs out', 'signOuts', {
      record: { ...record, refreshToken: -1, status: 'signedOut', intent: undefined },
      server: { ...state.server, revoked: true },
    });
  return steps;
}
