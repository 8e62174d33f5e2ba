// Tokens that a library announces, in each tab, whatever has become of them since.

/** What the server does with a refresh token that is spent; `noRefreshToken`: it gives none. */
export type Server = 'neverRotates' | 'rejects' | 'revokes' | 'noRefreshToken';

/** Numbers stand for tokens: a later one has a greater number. */
export interface Tokens {
  readonly login: number;
  readonly access: number;
  readonly refresh: number | undefined;
}

export interface Stored {
  readonly session: number;
  readonly gen: number;
  /** `undefined`: signed out. */
  readonly tokens: Tokens | undefined;
  /** Fingerprints of earlier refresh tokens of this session, the oldest first. */
  readonly spent: readonly number[];
  /** Fingerprints of the refresh tokens of sessions that are over. */
  readonly past: readonly number[];
}
export type Active = Stored & { readonly tokens: Tokens };

export interface Caller {
  readonly session: number;
  readonly gen: number;
  readonly login: number;
}

export type Verdict = 'same' | 'older' | 'next' | 'over' | 'new';

export interface Manager {
  /** What it saw last; kept only where a rule looks at it. */
  readonly memory: Stored | undefined;
  /** Fingerprints that it remembers itself; kept only where a rule looks at them. */
  readonly remembers: readonly number[];
  /** The refresh function is called, has an answer, has settled; a write of its own result is owed. */
  readonly phase: 'idle' | 'calls' | 'answered' | 'settled' | 'owes';
  /** What its refresh function was called with. */
  readonly base:
    | { readonly session: number; readonly gen: number; readonly tokens: Tokens }
    | undefined;
  readonly answer: Tokens | 'refused' | undefined;
  readonly owed: { readonly tokens: Tokens; readonly verdict: 'next' | 'new' } | undefined;
  readonly caller: Caller | undefined;
}

export interface Faults {
  readonly announcements: number;
  readonly refreshes: number;
  /** Somebody else signs in, in one tab; the libraries of the others hear of it later, or never. */
  readonly logins: number;
  readonly signOuts: number;
  readonly restarts: number;
  /** A library gets a newer access token by itself, where refresh tokens do not rotate. */
  readonly libraryRefreshes: number;
  readonly callers: number;
  readonly failedWrites: number;
  readonly crashes: number;
  /** Announcements of the access token alone. */
  readonly accessAlone: number;
  /** `setSession(tokens, { again: true })`. */
  readonly agains: number;
}

export interface Account {
  readonly access: number;
  readonly refresh: number;
  readonly live: boolean;
  /** It was shown a spent refresh token. */
  readonly reuse: boolean;
}

export interface State {
  readonly record: Stored;
  readonly managers: readonly Manager[];
  readonly libraries: readonly Tokens[];
  readonly accounts: readonly Account[];
  readonly nextSession: number;
  readonly left: Faults;
  /** An answer was thrown away though its own login goes on. */
  readonly thrownAway: boolean;
  /** The only copy of an answer died with a process: not promised. */
  readonly excused: boolean;
  /** What callers got that waited. */
  readonly leaked: boolean;
  readonly ownTurnedAway: boolean;
  readonly peersTurnedAway: boolean;
}

export const NEWBORN: Manager = {
  memory: undefined,
  remembers: [],
  phase: 'idle',
  base: undefined,
  answer: undefined,
  owed: undefined,
  caller: undefined,
};

export const isActive = (record: Stored | undefined): record is Active =>
  record?.tokens !== undefined;

/** Stands for the fingerprint of a refresh token. */
export const markOf = ({ login, refresh }: Tokens): number | undefined =>
  refresh === undefined ? undefined : login * 100 + refresh;
export const marksOf = (tokens: Tokens): number[] => {
  const mark = markOf(tokens);
  return mark === undefined ? [] : [mark];
};
/** The newest of a list of fingerprints, each once. */
export const newest = (marks: readonly number[], many: number): number[] =>
  many === 0 ? [] : [...new Set(marks)].slice(-many);

export const sameTokens = (a: Tokens | undefined, b: Tokens | undefined): boolean =>
  a?.login === b?.login && a?.access === b?.access && a?.refresh === b?.refresh;
