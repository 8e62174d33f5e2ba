// What managers do with an intent that they find: wait, override it, send, and store the answer.
import type { Step } from '../explore.ts';
import {
  ATTEMPT,
  aged,
  DIED,
  type Faults,
  type Intent,
  type Manager,
  NEWBORN,
  oldest,
  PAY,
  type Rules,
  type State,
  unowned,
  WALL,
} from './state.ts';

export const TICK = 'a tick';

export function stepsOf(state: State, rules: Rules, faults: Faults): Step<State>[] {
  // What comes after the third call, or after the property is broken, shows nothing new.
  if (state.together || state.sent >= 3) return [];
  const most = oldest(rules, faults);
  const steps = state.managers.flatMap((manager, id) => [
    ...managerSteps(state, id, manager, rules, most),
    ...deaths(state, id, manager, rules),
  ]);
  return [...steps, ...worldSteps(state, rules), ...ticks(state, rules, most)];
}

function does(
  state: State,
  by: number,
  kind: string,
  manager: Manager,
  world: Partial<State> = {},
): Step<State> {
  const managers = state.managers.map((each, index) => (index === by ? manager : each));
  return { kind, by, to: { ...state, ...world, managers } };
}

/** It begins anew; what it has seen of an intent, it remembers. */
const again = (manager: Manager): Manager => ({ ...manager, phase: 'look', found: 0, ticks: 0 });
const done = (manager: Manager): Manager => ({ ...manager, phase: 'done' });
const released = ({ holder }: State, id: number): Partial<State> =>
  holder === id ? { holder: undefined } : {};

function managerSteps(
  state: State,
  id: number,
  manager: Manager,
  rules: Rules,
  most: number,
): Step<State>[] {
  const { up } = state;
  const free = released(state, id);
  const stored = { gen: 1, record: undefined, ...free };
  switch (manager.phase) {
    case 'look':
      return up ? looks(state, id, manager, rules) : [];
    case 'write':
      return up ? [writes(state, id, manager, rules, most)] : [];
    case 'listen':
      return listens(state, id, manager);
    case 'refused':
      return up ? [does(state, id, 'finds it dead', done(manager), { gen: 1, ...free })] : [];
    case 'answered':
      return up
        ? [does(state, id, 'commits', done(manager), stored)]
        : [does(state, id, 'owes', { ...manager, phase: 'owe', ticks: 0 })];
    case 'owe':
      return up ? [does(state, id, 'pays', done(manager), stored)] : [];
    case 'done':
      return [];
  }
}

function looks(state: State, id: number, manager: Manager, rules: Rules): Step<State>[] {
  const { record, holder } = state;
  if (state.gen > 0) return [does(state, id, 'is done', done(manager), released(state, id))];
  if (rules.lock !== 'none' && holder !== id)
    return holder === undefined ? [does(state, id, 'gets the lock', manager, { holder: id })] : [];
  const decided = (seen: Manager): Manager => ({
    ...seen,
    phase: 'write',
    found: record?.id ?? 0,
    ticks: 0,
  });
  if (!record || record.owner === id || record.over || rules.lock === 'freed on death')
    return [does(state, id, 'decides to send', decided(manager))];
  const seen = watched(manager, record, rules);
  const grown = rules.age === 'seen by anybody' && seen.seen > record.seen;
  const world = grown ? { record: { ...record, seen: seen.seen } } : {};
  if (isOld(record, seen.seen, state.ahead[id] ?? 0, rules))
    return [does(state, id, 'decides to send', decided(seen), world)];
  const same = seen.watches === manager.watches && seen.seen === manager.seen;
  if (same && seen.since === manager.since && !grown) return [];
  return [does(state, id, 'waits', seen, world)];
}

/** What a look adds to what a manager, or everybody together, has seen of an intent. */
function watched(manager: Manager, { id, seen }: Intent, { age, limit }: Rules): Manager {
  const known = age === 'seen by anybody' ? seen : 0;
  if (manager.watches !== id) return { ...manager, watches: id, seen: known, since: 0 };
  const sum = Math.min(Math.max(manager.seen + manager.since, known), limit);
  return { ...manager, seen: sum, since: 0 };
}

function isOld(intent: Intent, seen: number, ahead: number, { age, limit }: Rules): boolean {
  switch (age) {
    case 'seen by anybody':
    case 'seen by one manager':
      return seen >= limit;
    case "the store's clock":
      return intent.age >= limit;
    case 'the wall clock':
      return seen >= limit || intent.age + ahead - intent.ahead >= WALL;
    case "the store's clock less the writer's own":
      return intent.age - intent.ahead >= limit;
    case "the store's clock, and seen for longer than an owner takes to pay":
      return intent.age >= limit && seen > PAY;
  }
}

function writes(
  state: State,
  id: number,
  manager: Manager,
  rules: Rules,
  most: number,
): Step<State> {
  const fromLook = rules.attemptFrom === 'its look';
  if (fromLook && manager.ticks >= ATTEMPT) return does(state, id, 'is too late', again(manager));
  if (state.gen > 0 || (state.record?.id ?? 0) !== manager.found)
    return does(state, id, 'finds that somebody wrote', again(manager));
  const intent: Intent = {
    id: state.nextIntent,
    owner: id,
    age: Math.min(manager.ticks, most),
    ahead: state.ahead[id] ?? 0,
    seen: 0,
    over: false,
  };
  const alive = state.managers.some(
    ({ phase }, other) =>
      other !== id && (phase === 'listen' || phase === 'answered' || phase === 'owe'),
  );
  const ticks = fromLook ? manager.ticks : 0;
  return does(
    state,
    id,
    'writes its intent and sends',
    { ...manager, phase: 'listen', ticks, found: 0 },
    {
      record: intent,
      nextIntent: state.nextIntent + 1,
      together: state.together || alive,
      sent: state.sent + 1,
    },
  );
}

function listens(state: State, id: number, manager: Manager): Step<State>[] {
  const steps = [
    state.redeemed
      ? does(state, id, 'is refused', { ...manager, phase: 'refused' }, { reuse: true })
      : does(state, id, 'is answered', { ...manager, phase: 'answered' }, { redeemed: true }),
  ];
  if (manager.ticks >= ATTEMPT) {
    const { record, up } = state;
    const over = up && record?.owner === id ? { ...record, over: true } : record;
    const world = { record: over, ...released(state, id) };
    steps.push(does(state, id, 'gets no answer', again(manager), world));
  }
  return steps;
}

/** Another manager takes the place of one that dies, and remembers nothing. */
function deaths(state: State, id: number, { phase }: Manager, rules: Rules): Step<State>[] {
  const { left, holder } = state;
  const busy = phase === 'listen' || phase === 'answered' || phase === 'owe';
  if (left.crashes === 0 || !busy) return [];
  const lease = holder === id && rules.lock === 'lease';
  const world = {
    ...(lease ? { holder: DIED } : released(state, id)),
    record: unowned(state.record, (owner) => owner === id),
    left: { ...left, crashes: left.crashes - 1 },
  };
  return [does(state, id, 'is killed', NEWBORN(rules.life), world)];
}

function worldSteps(state: State, rules: Rules): Step<State>[] {
  const { up, left, holder, managers } = state;
  const steps: Step<State>[] = [];
  const happens = (kind: string, change: Partial<State>): void => {
    steps.push({ kind, to: { ...state, ...change } });
  };
  if (!up) {
    const paying = managers.map((each) => (each.phase === 'owe' ? { ...each, ticks: 0 } : each));
    happens('the store is back', { up: true, managers: paying });
  } else if (left.outages > 0)
    happens('the store goes down', {
      up: false,
      left: { ...left, outages: left.outages - 1 },
      holder: rules.lock === 'lease' ? undefined : holder, // the lease is in the same store
    });
  if (left.lapses > 0 && holder !== undefined && holder !== DIED)
    happens('the lease runs out', {
      holder: undefined,
      left: { ...left, lapses: left.lapses - 1 },
    });
  if (left.clockSteps > 0)
    happens('the clock is put forward', {
      ahead: state.ahead.map((by) => by + WALL + 1),
      left: { ...left, clockSteps: left.clockSteps - 1 },
    });
  return steps;
}

/** Time passes, unless somebody has something to do before. */
function ticks(state: State, rules: Rules, most: number): Step<State>[] {
  const { up, record, managers, holder } = state;
  const write = rules.slowWrites ? ATTEMPT : 0;
  const late = managers.some(
    ({ phase, ticks: since }) =>
      (phase === 'listen' && since >= ATTEMPT) ||
      (up && (phase === 'answered' || phase === 'refused')) ||
      (up && phase === 'owe' && since >= PAY) ||
      (up && phase === 'write' && since >= write),
  );
  const mayLook = (id: number): boolean =>
    rules.lock === 'none' || holder === id || holder === undefined;
  const looksFirst = managers.some(
    ({ phase, since, watches }, id) =>
      phase === 'look' &&
      mayLook(id) &&
      (since > 0 || !record || (record.owner !== id && watches !== record.id)),
  );
  if (late || (rules.abandoned && up && looksFirst)) return [];
  return [{ kind: TICK, to: aged(state, rules, most) }];
}
