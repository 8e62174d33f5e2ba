// A refresh: the function is called, has an answer, perhaps announces it, and settles.
import type { Step } from '../explore.ts';
import { type At, does, ENDED, free, remembering, saw, settledFor, spend } from './at.ts';
import { announced, following, isThere, judge } from './rules.ts';
import { isActive, markOf, type Account, type State, type Tokens } from './state.ts';

export function flightSteps(now: At): Step<State>[] {
  switch (now.manager.phase) {
    case 'idle':
      return starts(now);
    case 'calls':
      return [asksTheServer(now)];
    case 'answered':
      return [
        does(now, 'has its refresh function settle', { phase: 'settled' }),
        ...announces(now),
      ];
    case 'owes':
      return [paysOwn(now)];
    case 'settled':
      return [settles(now)];
  }
}

function starts(now: At): Step<State>[] {
  const { record, left } = now.state;
  if (now.busy || left.refreshes === 0 || !isActive(record)) return [];
  const { session, gen, tokens } = record;
  const change = {
    phase: 'calls',
    base: { session, gen, tokens },
    ...saw(now, record),
    ...remembering(now, tokens),
  } as const;
  return [does(now, 'refreshes', change, spend(left, 'refreshes'))];
}

const withAccount = ({ accounts }: State, login: number, change: Partial<Account>) => ({
  accounts: accounts.map((each, index) => (index === login ? { ...each, ...change } : each)),
});

function asksTheServer(now: At): Step<State> {
  const { state, manager, setup } = now;
  const sent = manager.base?.tokens;
  const account = sent && state.accounts[sent.login];
  if (sent === undefined || account?.live !== true)
    return does(now, 'is refused', { phase: 'answered', answer: 'refused' });
  const { login, refresh } = sent;
  if (refresh !== undefined && refresh !== account.refresh) {
    const live = setup.server !== 'revokes';
    const world = withAccount(state, login, { live, reuse: true });
    return does(now, 'is refused', { phase: 'answered', answer: 'refused' }, world);
  }
  const rotates = setup.server !== 'neverRotates' && refresh !== undefined;
  const next = { access: account.access + 1, refresh: account.refresh + (rotates ? 1 : 0) };
  const answer: Tokens = {
    login,
    access: next.access,
    refresh: refresh === undefined ? undefined : next.refresh,
  };
  return does(now, 'is answered', { phase: 'answered', answer }, withAccount(state, login, next));
}

/** The refresh function announces what it is about to return. */
function announces(now: At): Step<State>[] {
  const { state, manager, setup } = now;
  const { answer } = manager;
  if (!setup.rules.announcesItself || answer === undefined || answer === 'refused') return [];
  const verdict = judge(state.record, answer, manager, setup.rules);
  if (verdict !== 'new' && verdict !== 'next') return [];
  const made = announced(state, answer, verdict, setup.rules);
  const change = { ...saw(now, made.record), ...remembering(now, made.record.tokens) };
  const what = verdict === 'new' ? 'a new session' : 'the next generation';
  const steps = [does(now, `announces its own result: ${what}`, change, made)];
  if (state.left.failedWrites === 0) return steps;
  const world = spend(state.left, 'failedWrites');
  const owed =
    setup.rules.failedWrite === 'owed'
      ? ({ phase: 'owes', answer: undefined, owed: { tokens: answer, verdict } } as const)
      : ENDED;
  return [
    ...steps,
    does(now, 'announces its own result, which fails, and throws', owed, world),
    does(now, 'announces its own result, which fails, and returns', { phase: 'settled' }, world),
  ];
}

function paysOwn(now: At): Step<State> {
  const { state, manager, setup } = now;
  const { owed, base } = manager;
  const { record } = state;
  if (owed !== undefined && isActive(record)) {
    if (isThere(record, owed.tokens, setup.rules)) {
      const [told, world] = settledFor(now, record.tokens);
      return does(now, 'finds stored what it owes', { ...ENDED, ...told }, world);
    }
    if (base !== undefined && record.session === base.session && record.gen <= base.gen) {
      const made = announced(state, owed.tokens, owed.verdict, setup.rules);
      const [told, world] = settledFor(now, made.record.tokens);
      const change = { ...ENDED, ...told, ...saw(now, made.record) };
      return does(now, 'pays', change, { ...world, ...made });
    }
  }
  return does(now, 'drops what it owes', { ...ENDED, caller: undefined });
}

function settles(now: At): Step<State> {
  const { state, manager, setup } = now;
  const { answer, base } = manager;
  const { record } = state;
  const { rules } = setup;
  if (answer === undefined || answer === 'refused' || base === undefined)
    return does(now, 'is done: refused', ENDED);
  if (!isActive(record)) return discards(now, answer);
  const seen = { ...ENDED, ...saw(now, record) };
  const commits = (kind: string): Step<State> => {
    const next = following(record, answer, rules);
    const change = { ...ENDED, ...saw(now, next), ...remembering(now, next.tokens) };
    return does(now, kind, change, { record: next });
  };
  const sameSession = record.session === base.session;
  if (sameSession && record.gen <= base.gen) return commits('commits');
  const mark = markOf(record.tokens);
  const broughtBack = mark !== undefined && mark === markOf(base.tokens) && !sameSession;
  if (rules.followsAgain && broughtBack)
    return answer.access < record.tokens.access
      ? does(now, 'adopts', seen)
      : commits('commits to the session that `again` made');
  if (isThere(record, answer, rules)) {
    const [told, world] = settledFor(now, record.tokens);
    return does(now, 'finds its answer stored', { ...seen, ...told }, world);
  }
  if (sameSession) return does(now, 'adopts', seen);
  const own = markOf(answer);
  const known = own !== undefined && record.past.includes(own);
  if (rules.settledAnswer === 'any refresh token of the record' && known)
    return does(now, 'finds its answer replaced', seen);
  return discards(now, answer);
}

/** The answer is of a session that is over: it is revoked, with all tokens of that login. */
function discards(now: At, answer: Tokens): Step<State> {
  const { state, manager } = now;
  const own = isActive(state.record) && state.record.tokens.login === manager.base?.tokens.login;
  const revoked =
    answer.refresh === undefined ? {} : withAccount(state, answer.login, { live: false });
  const world = { ...revoked, thrownAway: state.thrownAway || own };
  return does(now, 'revokes its answer', { ...ENDED, caller: undefined }, world);
}

/** Another manager takes its place. */
export function crashes(now: At, newborn: At['manager']): Step<State>[] {
  const { state, manager } = now;
  const { record, left } = state;
  if (left.crashes === 0 || manager.phase === 'idle') return [];
  const copy = manager.owed?.tokens ?? manager.answer;
  const mark = copy === undefined || copy === 'refused' ? undefined : markOf(copy);
  const stored =
    isActive(record) &&
    mark !== undefined &&
    (mark === markOf(record.tokens) || record.spent.includes(mark));
  const only = copy !== undefined && copy !== 'refused' && !stored;
  const world = { ...spend(left, 'crashes'), excused: state.excused || only };
  return [free(does(now, 'is killed', newborn, world))];
}
