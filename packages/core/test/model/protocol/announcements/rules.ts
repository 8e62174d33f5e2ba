// What an announcement means: rule R5, and what may be switched off in it.
import {
  type Active,
  isActive,
  type Manager,
  markOf,
  marksOf,
  newest,
  type Server,
  type Faults,
  type State,
  type Stored,
  type Tokens,
  type Verdict,
} from './state.ts';

export interface Rules {
  /** Where the fingerprints of earlier generations are. */
  readonly marks: 'in the record' | 'in memory' | 'nowhere';
  /** Of how many generations. */
  readonly generations: number;
  /** The current tokens are the current session when they are announced again. */
  readonly currentIsKnown: boolean;
  /** Fingerprints of sessions that are over stay in the record. */
  readonly keepsPast: boolean;
  /** The current refresh token, with another access token. */
  readonly otherAccessToken: 'the next, if it expires later' | 'older' | 'always the next';
  readonly decidesOn: 'what the store holds' | 'memory';
  /** Unknown tokens while the own refresh function runs. */
  readonly early: 'a new session' | 'the next generation' | 'by their subject';
  /** The same, once the session of that function is over or replaced. */
  readonly late: 'turned away' | 'a new session';
  /** An access token without a refresh token. */
  readonly accessAlone: 'a new session' | 'by its subject';
  /** What tells that a settled answer was announced before it settled. */
  readonly settledAnswer:
    | 'any refresh token of the record'
    | 'the current refresh token'
    | 'nothing';
  /** An answer to a refresh token that `again` has brought back belongs to the session that holds it now. */
  readonly followsAgain: boolean;
  /** Callers of the own flight are answered when it settles, not by a new session. */
  readonly parksCallers: boolean;
  /** A write that fails inside of the own refresh function. */
  readonly failedWrite: 'owed' | 'forgotten';
  /** Nobody redeems while another flight goes on. Without: only its own session's flight counts. */
  readonly lock: boolean;
  /** The refresh function announces the tokens that it then returns. */
  readonly announcesItself: boolean;
}

/** As proposed, for tokens that tell nothing of their subject. */
export const PROTOCOL: Rules = {
  marks: 'in the record',
  generations: 32,
  currentIsKnown: true,
  keepsPast: true,
  otherAccessToken: 'the next, if it expires later',
  decidesOn: 'what the store holds',
  early: 'a new session',
  late: 'turned away',
  accessAlone: 'a new session',
  settledAnswer: 'any refresh token of the record',
  followsAgain: true,
  parksCallers: true,
  failedWrite: 'owed',
  lock: true,
  announcesItself: false,
};

export interface Setup {
  readonly server: Server;
  readonly rules: Rules;
  readonly managers: number;
  readonly faults: Faults;
}

/** What announced tokens are, for a manager that sees this record. */
export function judge(
  record: Stored | undefined,
  tokens: Tokens,
  manager: Manager,
  rules: Rules,
): Verdict {
  const mark = markOf(tokens);
  if (mark === undefined) return judgeAccessToken(record, tokens, rules);
  const inRecord = rules.marks === 'in the record';
  const inMemory = rules.marks === 'in memory' && manager.remembers.includes(mark);
  const isSpent = inMemory || (inRecord && record?.spent.includes(mark) === true);
  const isPast = inRecord && record?.past.includes(mark) === true;
  const { phase, base } = manager;
  const bySubject = rules.early === 'by their subject';
  const other = bySubject && base !== undefined && tokens.login !== base.tokens.login;
  const turnedAway = rules.late === 'turned away' && phase !== 'idle' && !other;
  if (!isActive(record)) return turnedAway || isPast || isSpent ? 'over' : 'new';
  const current = record.tokens;
  if (mark === markOf(current)) return judgeCurrent(tokens, current, rules);
  if (isSpent) return 'older';
  if (isPast) return 'over';
  if (rules.currentIsKnown && tokens.login === current.login && tokens.access === current.access)
    return 'next';
  const replaced = base !== undefined && record.session !== base.session;
  if (turnedAway && replaced) return 'over';
  const running = phase === 'calls' || phase === 'answered';
  const known =
    rules.early === 'the next generation' || (bySubject && tokens.login === current.login);
  return running && record.session === base?.session && known ? 'next' : 'new';
}

function judgeCurrent(tokens: Tokens, current: Tokens, rules: Rules): Verdict {
  if (!rules.currentIsKnown) return 'new';
  if (tokens.access === current.access) return 'same';
  const always = rules.otherAccessToken === 'always the next';
  const later = rules.otherAccessToken !== 'older' && tokens.access > current.access;
  return always || later ? 'next' : 'older';
}

/** Nothing can be spent where there is no refresh token. */
function judgeAccessToken(record: Stored | undefined, tokens: Tokens, rules: Rules): Verdict {
  if (!isActive(record) || record.tokens.login !== tokens.login) return 'new';
  if (record.tokens.access === tokens.access) return 'same';
  if (rules.accessAlone === 'a new session') return 'new';
  return tokens.access < record.tokens.access ? 'older' : 'next';
}

/** The next generation of a session. */
export function following(record: Active, tokens: Tokens, { generations }: Rules): Active {
  const now = marksOf(tokens);
  const gone = marksOf(record.tokens).filter((mark) => !now.includes(mark));
  const spent = newest([...record.spent, ...gone], generations);
  return { ...record, gen: record.gen + 1, tokens, spent };
}

/** What stays known of a session that is over. */
export function closing(record: Stored, { keepsPast, generations }: Rules): number[] {
  if (!keepsPast) return [];
  const last = record.tokens === undefined ? [] : marksOf(record.tokens);
  return newest([...record.past, ...record.spent, ...last], generations);
}

/** What an announcement that was judged `next` or `new` writes. */
export function announced(
  { record, nextSession }: State,
  tokens: Tokens,
  verdict: 'next' | 'new',
  rules: Rules,
): { record: Active; nextSession: number } {
  if (verdict === 'next' && isActive(record)) {
    const refresh = tokens.refresh ?? record.tokens.refresh;
    return { record: following(record, { ...tokens, refresh }, rules), nextSession };
  }
  const past = rules.marks === 'in the record' ? closing(record, rules) : [];
  return {
    record: { session: nextSession, gen: 0, tokens, spent: [], past },
    nextSession: nextSession + 1,
  };
}

/** The answer was announced before it settled. */
export function isThere(record: Stored, answer: Tokens, { settledAnswer }: Rules): boolean {
  if (!isActive(record) || settledAnswer === 'nothing') return false;
  const { tokens, spent } = record;
  const mark = markOf(answer);
  if (mark === undefined) return tokens.login === answer.login && tokens.access === answer.access;
  const any = settledAnswer === 'any refresh token of the record';
  return mark === markOf(tokens) || (any && spent.includes(mark));
}
