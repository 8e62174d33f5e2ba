import type { Step } from './flight.ts';
import { redeem } from './server.ts';
import {
  type Budget,
  including,
  type Message,
  type Mode,
  NOBODY,
  type Process,
  type State,
  without,
} from './state.ts';

const spend = ({ left }: State, what: keyof Budget): Budget => ({
  ...left,
  [what]: left[what] - 1,
});

/** What happens to the processes and around them: the server answers, and what is left of the budget goes wrong. */
export function outsideSteps(state: State, mode: Mode): Step[] {
  const { holder, left, messages, store, processes } = state;
  const steps = messages.flatMap((message) => [
    ...serverSteps(state, message, mode),
    ...lossSteps(state, message),
  ]);
  if (left.crashes > 0)
    for (const [id, { phase }] of processes.entries())
      if (phase !== 'idle') steps.push(crash(state, id));
  if (holder === 'dead')
    steps.push({
      name: 'the lease of the dead holder runs out',
      to: { ...state, holder: undefined },
    });
  if (typeof holder === 'number' && left.leases > 0)
    steps.push({
      name: 'the lease runs out under its holder',
      to: { ...state, holder: undefined, left: spend(state, 'leases') },
    });
  if (left.signOuts > 0 && store.status === 'active') {
    const tombstone = {
      gen: store.gen,
      refreshToken: -1,
      session: store.session + 1,
      status: 'signedOut',
      intent: undefined,
    } as const;
    steps.push({
      name: 'sign-out',
      to: { ...state, store: tombstone, left: spend(state, 'signOuts') },
    });
  }
  return steps;
}

function serverSteps(state: State, message: Message, mode: Mode): Step[] {
  if (message.answer !== undefined) return [];
  const { server, answer } = redeem(mode, state.server, message.refreshToken);
  const others = without(state.messages, message);
  const messages = message.from === NOBODY ? others : including(others, { ...message, answer });
  return [
    {
      name: `the server is asked with refresh token ${message.refreshToken}`,
      to: { ...state, server, messages },
    },
  ];
}

function lossSteps(state: State, message: Message): Step[] {
  const { from, refreshToken } = message;
  if (state.left.losses === 0 || from === NOBODY || state.processes[from]?.phase !== 'listen')
    return [];
  const others = without(state.messages, message);
  const processes = state.processes.map(
    (each, id): Process => (id === from ? { ...each, phase: 'unanswered' } : each),
  );
  const left = spend(state, 'losses');
  const lost = {
    name: `${from}: a message is lost`,
    to: { ...state, processes, left, messages: others },
  };
  if (message.answer !== undefined) return [lost];
  const late = including(others, { from: NOBODY, refreshToken, answer: undefined });
  return [
    {
      name: `${from}: gives up on a request that goes on`,
      to: { ...state, processes, left, messages: late },
    },
    lost,
  ];
}

/** Memory is gone; what was sent arrives all the same; the process begins anew with what the store holds. */
function crash(state: State, id: number): Step {
  const processes = state.processes.map(
    (each, index): Process =>
      index === id
        ? {
            ...each,
            phase: 'idle',
            flightsLeft: each.flightsLeft - 1,
            shown: state.store.gen,
            base: undefined,
            answer: undefined,
            grant: 0,
            ended: 'crashed',
          }
        : each,
  );
  const messages = state.messages
    .filter(({ from, answer }) => from !== id || answer === undefined)
    .map((message) => (message.from === id ? { ...message, from: NOBODY } : message))
    .reduce<Message[]>(including, []);
  const holder = state.holder === id ? 'dead' : state.holder;
  return {
    name: `${id}: crashes`,
    to: { ...state, processes, messages, holder, left: spend(state, 'crashes') },
  };
}
