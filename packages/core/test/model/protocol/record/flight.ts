// The steps of a flight: the lock, the look, the intent, and the call.
import type { Step } from '../explore.ts';
import {
  type At,
  adopted,
  at,
  does,
  ended,
  holderOf,
  holding,
  lockOf,
  noticedGone,
  released,
  SIGNED_OUT,
  tagOf,
  writtenBack,
} from './at.ts';
import { afterRefusal, committed, owingSteps } from './answer.ts';
import { idleSteps, queuedSteps } from './idle.ts';
import type { Setup } from './rules.ts';
import {
  type Intent,
  type Manager,
  type Message,
  NOBODY,
  type State,
  type Stored,
  sameIntent,
  withMessage,
} from './state.ts';

export function managerSteps(state: State, id: number, setup: Setup): Step<State>[] {
  const now = at(state, id, setup);
  if (now === undefined) return [];
  switch (now.manager.phase) {
    case 'dead':
      return [];
    case 'idle':
      return [...idleSteps(now), ...started(now)];
    case 'lock':
      return [...queuedSteps(now), ...lockSteps(now)];
    case 'look':
    case 'wait':
      return lookSteps(now);
    case 'send':
      return [sent(now)];
    case 'listen':
      return heard(now);
    case 'commit':
      return [committed(now)];
    case 'owe':
    case 'oweAway':
      return owingSteps(now);
    case 'refused':
      return [afterRefusal(now)];
  }
}

function started(now: At): Step<State>[] {
  const { flightsLeft, session } = now.manager;
  if (flightsLeft === 0 || session !== 'in') return [];
  return [does(now, 'starts', { phase: lockOf(now) === undefined ? 'look' : 'lock' })];
}

function lockSteps(now: At): Step<State>[] {
  const holder = holderOf(now);
  if (holder === undefined)
    return [does(now, 'gets the lock', { phase: 'look' }, { holders: holding(now) })];
  const phase = now.state.managers[holder]?.phase;
  // A flight that owes keeps the lock. Others give up waiting for it after a while, with an error.
  return phase === 'owe' || phase === 'oweAway'
    ? [does(now, 'gives up on the lock', ended(now))]
    : [];
}

function lookSteps(now: At): Step<State>[] {
  const { state, manager, sight } = now;
  const { record } = state;
  const { waitCounts } = now.setup.rules;
  if (sight === 'down') {
    const counted = manager.phase === 'wait' && record ? record.intent : manager.waited;
    const waited = waitCounts === 'always' ? counted : undefined;
    return [does(now, 'finds the store down', { ...ended(now), waited }, released(now))];
  }
  if (sight === 'gone' || record === undefined)
    return [does(now, 'finds nothing', { ...ended(now), ...noticedGone(now) }, released(now))];
  if (sight === 'signedOut')
    return [does(now, 'finds a sign-out', { ...ended(now), ...SIGNED_OUT }, released(now))];
  if (sight === 'newer')
    return [does(now, 'adopts', { ...ended(now), ...adopted(record) }, released(now))];
  if (sight === 'older')
    return [
      does(now, 'writes back', { stored: true, phase: 'look' }, { record: writtenBack(now) }),
    ];
  if (record.status === 'dead') return [does(now, 'finds it dead', ended(now), released(now))];
  const { intent } = record;
  if (intent !== undefined && mustWaitFor(now, intent)) return waitSteps(now, record, intent);
  const own: Intent = { owner: now.id, lock: tagOf(now), attempt: manager.flightsLeft };
  const { gen, refreshToken } = record;
  const base = { baseGen: gen, baseToken: refreshToken, refreshToken };
  return [
    does(
      now,
      'writes an intent',
      { phase: 'send', ...base },
      { record: { ...record, intent: own } },
    ),
  ];
}

function mustWaitFor(now: At, intent: Intent): boolean {
  const { foreignIntents, vouchedBy } = now.setup.rules;
  if (intent.owner === now.id || foreignIntents === 'ignored') return false;
  if (intent.attempt === 'over' || sameIntent(now.manager.waited, intent)) return false;
  if (lockOf(now) === undefined) return true;
  if (vouchedBy === 'any lock') return false;
  return intent.lock === undefined || intent.lock !== tagOf(now);
}

/** A wait is over once whatever takes less time than its bound has ended. */
function waitSteps(now: At, record: Stored, intent: Intent): Step<State>[] {
  const steps: Step<State>[] = [];
  if (now.manager.phase === 'look') steps.push(does(now, 'waits', { phase: 'wait' }));
  const { managers, left } = now.state;
  const about = intent.owner === NOBODY ? managers : managers.slice(intent.owner, intent.owner + 1);
  const busy = about.some(
    ({ phase, baseGen, flightsLeft }) =>
      (phase === 'send' || phase === 'listen' || phase === 'commit' || phase === 'refused') &&
      baseGen === record.gen &&
      (intent.owner === NOBODY || flightsLeft === intent.attempt),
  );
  const waited = { phase: 'look', waited: intent } as const;
  if (!busy && !about.some((other) => owes(now, other, record)))
    steps.push(does(now, 'has waited', waited));
  else if (busy && left.slowFlights > 0) {
    const fewer = { left: { ...left, slowFlights: left.slowFlights - 1 } };
    steps.push(does(now, 'has waited, though the flight goes on', waited, fewer, true));
  }
  return steps;
}

/** It knows more than the store, and will write that within the bound. */
function owes({ setup }: At, { phase, gen, session }: Manager, record: Stored): boolean {
  if (phase === 'owe' || phase === 'oweAway') return true;
  const goesOn = setup.rules.whoOwes !== 'gives up' || session === 'away';
  return phase !== 'dead' && gen > record.gen && goesOn;
}

function sent(now: At): Step<State> {
  const { state, manager, id, setup } = now;
  const message: Message = { from: id, refreshToken: manager.baseToken, answer: undefined };
  const restored = state.left.restores < setup.faults.restores;
  const knowsBetter = ({ phase, gen }: Manager): boolean =>
    phase !== 'dead' && gen > manager.baseGen;
  const unseen =
    restored && state.managers.some((other, index) => index !== id && knowsBetter(other));
  return does(
    now,
    'sends',
    { phase: 'listen' },
    { messages: withMessage(state.messages, message), excused: state.excused || unseen },
  );
}

const answersTo = ({ state, id }: At): Message[] =>
  state.messages.filter(({ from, answer }) => from === id && answer !== undefined);

function heard(now: At): Step<State>[] {
  const { state, id, manager } = now;
  return answersTo(now).flatMap((message) => {
    const { answer } = message;
    const rest = { messages: state.messages.filter((each) => each !== message) };
    const phase = answer === 'refused' ? 'refused' : 'commit';
    const steps = [does(now, 'is answered', { phase, answer }, rest)];
    if (state.left.lostAnswers > 0) {
      const { record } = state;
      const mine = record?.intent?.owner === id && record.intent.attempt === manager.flightsLeft;
      const over: Stored | undefined =
        now.setup.rules.marksOver && state.up && record?.intent && mine
          ? { ...record, intent: { ...record.intent, attempt: 'over' } }
          : record;
      const left = { ...state.left, lostAnswers: state.left.lostAnswers - 1 };
      const world = { ...rest, ...released(now), record: over, left };
      steps.push(does(now, 'loses the answer', ended(now), world, true));
    }
    return steps;
  });
}
