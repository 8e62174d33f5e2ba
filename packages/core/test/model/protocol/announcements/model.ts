// What must hold of announcements, and the model as a whole.
import type { Model, Step } from '../explore.ts';
import type { Setup } from './rules.ts';
import {
  type Account,
  isActive,
  type Manager,
  marksOf,
  NEWBORN,
  type State,
  type Stored,
} from './state.ts';
import { AGAIN, KNOWN, stepsOf } from './steps.ts';

export type Property =
  | 'a spent refresh token is sent'
  | 'an answer is thrown away for tokens of its own login'
  | 'an older generation replaces a newer one'
  | 'tokens of the session make it another session'
  | 'a session that was replaced comes back'
  | 'signed-out tokens come up again'
  | 'a real sign-in is overlooked'
  | "a caller gets another login's tokens"
  | 'a session is lost though nobody died with the answer'
  | 'somebody is stuck'
  | 'the own callers are turned away by their own result'
  | 'the session loses its refresh token'
  | 'two logins are in one session'
  // What tokens that tell no subject cost.
  | 'callers of other managers are turned away though the login goes on'
  | 'a refresh makes another session of the same login';

export function announcementsModel(setup: Setup): Model<State, Property> {
  const { server, rules, managers, faults } = setup;
  const refresh = server === 'noRefreshToken' ? undefined : 0;
  const tokens = { login: 0, access: 0, refresh };
  const record: Stored = { session: 0, gen: 0, tokens, spent: [], past: [] };
  const manager: Manager = {
    ...NEWBORN,
    memory: rules.decidesOn === 'memory' ? record : undefined,
    remembers: rules.marks === 'in memory' ? marksOf(tokens) : [],
  };
  const account: Account = { access: 0, refresh: 0, live: true, reuse: false };
  return {
    initial: {
      record,
      managers: Array.from({ length: managers }, () => manager),
      libraries: Array.from({ length: managers }, () => tokens),
      accounts: [account, { ...account }],
      nextSession: 1,
      left: faults,
      thrownAway: false,
      excused: false,
      leaked: false,
      ownTurnedAway: false,
      peersTurnedAway: false,
    },
    steps: (state) => stepsOf(state, setup),
    brokenIn: (state, next) => brokenIn(state, next, setup),
    brokenBy,
  };
}

function brokenIn(state: State, next: readonly Step<State>[], { server }: Setup): Property[] {
  const { record, accounts, managers } = state;
  const rotates = server === 'rejects' || server === 'revokes';
  const broken: Property[] = [];
  if (rotates && !state.excused && accounts.some(({ reuse }) => reuse))
    broken.push('a spent refresh token is sent');
  if (state.thrownAway && !state.excused)
    broken.push('an answer is thrown away for tokens of its own login');
  if (state.leaked) broken.push("a caller gets another login's tokens");
  if (state.ownTurnedAway) broken.push('the own callers are turned away by their own result');
  if (state.peersTurnedAway)
    broken.push('callers of other managers are turned away though the login goes on');
  const idle = managers.every(({ phase }) => phase === 'idle');
  if (isActive(record) && !state.excused && rotates && idle) {
    const { login, refresh } = record.tokens;
    const account = accounts[login];
    if (refresh === undefined) broken.push('the session loses its refresh token');
    else if (account?.live !== true || account.refresh !== refresh)
      broken.push('a session is lost though nobody died with the answer');
  }
  const waits = managers.some(({ caller }) => caller !== undefined);
  if ((!idle || waits) && next.every(({ free }) => free)) broken.push('somebody is stuck');
  return broken;
}

function brokenBy(from: State, { kind, by, to }: Step<State>): Property[] {
  const was = from.record;
  const is = to.record;
  const broken: Property[] = [];
  if (kind === KNOWN) {
    const announces = by !== undefined && from.libraries[by]?.login === 1;
    if (announces && was.tokens !== undefined && was.tokens.login !== 1)
      broken.push('a real sign-in is overlooked');
    return broken;
  }
  if (was === is || !isActive(is)) return broken;
  const isFirst = is.tokens.login === 0;
  if (!isActive(was)) {
    if (isFirst && kind !== AGAIN) broken.push('signed-out tokens come up again');
    return broken;
  }
  if (was.tokens.login !== is.tokens.login) {
    if (isFirst && kind !== AGAIN) broken.push('a session that was replaced comes back');
    if (was.session === is.session) broken.push('two logins are in one session');
    return broken;
  }
  const lessRefresh =
    is.tokens.refresh !== undefined && is.tokens.refresh < (was.tokens.refresh ?? 0);
  if (is.tokens.access < was.tokens.access || lessRefresh)
    broken.push('an older generation replaces a newer one');
  if (was.session !== is.session) {
    const own = kind.startsWith('announces its own result') || kind === 'pays';
    broken.push(
      own
        ? 'a refresh makes another session of the same login'
        : 'tokens of the session make it another session',
    );
  }
  return broken;
}
