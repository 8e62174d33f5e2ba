// What libraries, callers and users do around the flights.
import type { Step } from '../explore.ts';
import { type At, answered, at, does, free, remembering, saw, spend } from './at.ts';
import { crashes, flightSteps } from './flight.ts';
import { announced, closing, judge, type Setup } from './rules.ts';
import { isActive, NEWBORN, sameTokens, type State, type Tokens } from './state.ts';

export const KNOWN = 'announces what is known';
export const AGAIN = 'announces it again, on purpose';

export function stepsOf(state: State, setup: Setup): Step<State>[] {
  return state.managers.flatMap((_, id) => {
    const now = at(state, id, setup);
    if (now === undefined) return [];
    return [
      ...libraryAnnounces(now),
      ...flightSteps(now),
      ...callers(now),
      ...userSteps(now),
      ...crashes(now, NEWBORN),
      ...libraryLearns(now),
    ];
  });
}

function libraryAnnounces(now: At): Step<State>[] {
  const { state, id } = now;
  const tokens = state.libraries[id];
  if (tokens === undefined || state.left.announcements === 0) return [];
  const steps = announcement(now, tokens, 'announcements');
  if (state.left.accessAlone > 0 && tokens.refresh !== undefined) {
    const alone = { ...tokens, refresh: undefined };
    steps.push(...announcement(now, alone, 'announcements', 'accessAlone'));
  }
  return steps.map(free);
}

function announcement(
  now: At,
  tokens: Tokens,
  ...counted: readonly ('announcements' | 'accessAlone')[]
): Step<State>[] {
  const { state, manager, setup } = now;
  const { rules } = setup;
  const fromStore = rules.decidesOn === 'what the store holds';
  const verdict = judge(fromStore ? state.record : manager.memory, tokens, manager, rules);
  const world = spend(state.left, ...counted);
  if (verdict === 'next' || verdict === 'new') {
    if (verdict === 'next' && !isActive(state.record)) return [];
    const made = announced(state, tokens, verdict, rules);
    const what = verdict === 'new' ? 'a new session' : 'the next generation';
    const known = verdict === 'new' ? remembering(now, tokens) : {};
    const change = { ...saw(now, made.record), ...known };
    return [does(now, `announces ${what}`, change, { ...world, ...made })];
  }
  const view = fromStore ? state.record : manager.memory;
  const steps = [does(now, KNOWN, verdict === 'over' ? {} : saw(now, view), world)];
  const account = state.accounts[tokens.login];
  const works = account?.live === true && account.refresh === tokens.refresh;
  if (verdict === 'over' && state.left.agains > 0 && works) {
    const made = announced(state, tokens, 'new', rules);
    const left = spend(state.left, 'announcements', 'agains');
    steps.push(does(now, AGAIN, saw(now, made.record), { ...made, ...left }));
  }
  return steps;
}

function callers(now: At): Step<State>[] {
  const { state, manager, setup, busy } = now;
  const { record, left } = state;
  const { caller, phase, base } = manager;
  if (caller === undefined) {
    if (left.callers === 0 || !isActive(record) || !busy) return [];
    const { session, gen, tokens } = record;
    const waits = { caller: { session, gen, login: tokens.login } };
    return [free(does(now, 'has a caller that waits', waits, spend(left, 'callers')))];
  }
  const own = phase !== 'idle' && base?.session === caller.session;
  if (own && setup.rules.parksCallers) return [];
  const gone = { caller: undefined };
  if (!isActive(record)) return [does(now, 'tells its caller of the sign-out', gone)];
  if (record.session !== caller.session) {
    const goesOn = record.tokens.login === caller.login && left.agains === setup.faults.agains;
    const world = {
      ownTurnedAway: state.ownTurnedAway || (goesOn && own),
      peersTurnedAway: state.peersTurnedAway || (goesOn && !own),
    };
    return [does(now, 'turns its caller away', gone, world)];
  }
  if (record.gen > caller.gen)
    return [does(now, 'answers its caller', ...answered(now, record.tokens))];
  return busy ? [] : [does(now, 'gives its caller an error', gone)];
}

function userSteps(now: At): Step<State>[] {
  const { state, manager, setup } = now;
  const { record, left } = state;
  const steps: Step<State>[] = [];
  if (left.signOuts > 0 && isActive(record)) {
    const { session, gen } = record;
    const past = closing(record, setup.rules);
    const signedOut = { session, gen, tokens: undefined, spent: [], past };
    const world = { record: signedOut, ...spend(left, 'signOuts') };
    steps.push(does(now, 'signs out', saw(now, undefined), world));
  }
  if (left.restarts > 0 && manager.phase === 'idle')
    steps.push(does(now, 'is started anew', NEWBORN, spend(left, 'restarts')));
  return steps.map(free);
}

/** Somebody else signs in; the libraries of other tabs hear of it later; a library may get a newer access token by itself. */
function libraryLearns(now: At): Step<State>[] {
  const { state, id, setup } = now;
  const { libraries, left, accounts } = state;
  const refresh = setup.server === 'noRefreshToken' ? undefined : 0;
  const somebody: Tokens = { login: 1, access: 0, refresh };
  const holds = (tokens: Tokens): Partial<State> => ({
    libraries: libraries.map((each, index) => (index === id ? tokens : each)),
  });
  const steps: Step<State>[] = [];
  if (left.logins > 0)
    steps.push(
      does(now, 'has somebody else sign in', {}, { ...holds(somebody), ...spend(left, 'logins') }),
    );
  const own = libraries[id];
  const heard = sameTokens(own, somebody);
  if (!heard && libraries.some((each) => sameTokens(each, somebody)))
    steps.push(does(now, 'hears of the sign-in', {}, holds(somebody)));
  const account = own && accounts[own.login];
  const may = left.libraryRefreshes > 0 && left.announcements > 0;
  if (setup.server === 'neverRotates' && own && account && may) {
    const access = account.access + 1;
    const world = {
      ...holds({ login: own.login, access, refresh: 0 }),
      ...spend(left, 'libraryRefreshes'),
      accounts: accounts.map((each) => (each === account ? { ...each, access, refresh: 0 } : each)),
    };
    steps.push(does(now, 'has a library that refreshes by itself', {}, world));
  }
  return steps.map(free);
}
