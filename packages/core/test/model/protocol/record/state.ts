// Managers, one record, one authorization server. Small numbers stand for tokens: refresh token 3 is the third that was issued.
import type { Mode } from '../../state.ts';
import type { Faults, Setup } from './rules.ts';

export const NOBODY = -1;
/** A lock that somebody held who died, until it runs out. */
export const DIED = -1;

export interface Intent {
  readonly owner: number;
  /** What the owner's lock said it was. */
  readonly lock: string | undefined;
  /** The owner's flights that were left; `over`: no answer can come any more. */
  readonly attempt: number | 'over';
}

export interface Stored {
  readonly gen: number;
  readonly refreshToken: number;
  readonly status: 'active' | 'signedOut' | 'dead';
  readonly intent: Intent | undefined;
}

export type Phase =
  | 'idle'
  | 'lock'
  | 'look'
  | 'wait'
  | 'send'
  | 'listen'
  | 'commit'
  | 'owe'
  | 'oweAway'
  | 'refused'
  | 'dead';

export interface Manager {
  readonly phase: Phase;
  readonly gen: number;
  readonly refreshToken: number;
  readonly session: 'in' | 'out' | 'away' | 'past';
  /** Its newest record has been stored. */
  readonly stored: boolean;
  /** The generation and the refresh token that its flight redeems. */
  readonly baseGen: number;
  readonly baseToken: number;
  readonly answer: number | 'refused' | undefined;
  /** The intent that it has waited for to the end. */
  readonly waited: Intent | undefined;
  readonly flightsLeft: number;
}

export interface Message {
  /** `NOBODY`: its sender has died. */
  readonly from: number;
  readonly refreshToken: number;
  /** `undefined`: it is on its way to the server. */
  readonly answer: number | 'refused' | undefined;
}

export interface Server {
  readonly live: number;
  readonly revoked: boolean;
  /** It was shown a refresh token that was spent. */
  readonly reuse: boolean;
}

export interface State {
  readonly up: boolean;
  readonly record: Stored | undefined;
  /** What comes back after an absence. */
  readonly kept: Stored | undefined;
  /** Who holds the lock of each reach. */
  readonly holders: readonly (number | undefined)[];
  readonly server: Server;
  readonly messages: readonly Message[];
  readonly managers: readonly Manager[];
  readonly left: Faults;
  /** A restored backup was used before anybody looked who knows better: not promised. */
  readonly excused: boolean;
}

export function initialState({ locks, reaches, flights, faults }: Setup): State {
  const manager: Manager = {
    phase: 'idle',
    gen: 0,
    refreshToken: 0,
    session: 'in',
    stored: true,
    baseGen: -1,
    baseToken: -1,
    answer: undefined,
    waited: undefined,
    flightsLeft: flights,
  };
  return {
    up: true,
    record: FIRST_RECORD,
    kept: undefined,
    holders: reaches.map(() => undefined),
    server: { live: 0, revoked: false, reuse: false },
    messages: [],
    managers: locks.map(() => manager),
    left: faults,
    excused: false,
  };
}

export const FIRST_RECORD: Stored = {
  gen: 0,
  refreshToken: 0,
  status: 'active',
  intent: undefined,
};

export const sameIntent = (a: Intent | undefined, b: Intent | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.owner === b.owner &&
    a.lock === b.lock &&
    a.attempt === b.attempt);

/** Messages are a set, always in one order. */
export function withMessage(messages: readonly Message[], added: Message): Message[] {
  const order = ({ from, refreshToken, answer }: Message): string =>
    `${from},${refreshToken},${answer}`;
  return [...messages.filter((each) => order(each) !== order(added)), added].sort((a, b) =>
    order(a) < order(b) ? -1 : 1,
  );
}

/** What the server does with a refresh token. */
export function redeem(
  mode: Mode,
  server: Server,
  refreshToken: number,
): { server: Server; answer: number | 'refused' } {
  if (server.revoked) return { server, answer: 'refused' };
  if (mode === 'neverRotates') return { server, answer: server.live };
  if (refreshToken === server.live)
    return { server: { ...server, live: server.live + 1 }, answer: server.live + 1 };
  if (mode === 'grace' && refreshToken === server.live - 1)
    return { server: { ...server, reuse: true }, answer: server.live };
  return { server: { ...server, revoked: mode === 'revokes', reuse: true }, answer: 'refused' };
}

/** The server would take this refresh token. */
export const isLive = (mode: Mode, server: Server, refreshToken: number): boolean =>
  !server.revoked &&
  (refreshToken === server.live || (mode === 'grace' && refreshToken === server.live - 1));
