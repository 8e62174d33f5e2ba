// What the model knows of the world: the store's record, the lease, the authorization server, a few processes, and the
// messages between them. Small numbers stand for tokens: refresh token 3 is the one that the server issued third.

/** How the server treats a refresh token that was redeemed before. */
export type Mode = 'neverRotates' | 'grace' | 'rejects' | 'revokes';
export const MODES: readonly Mode[] = ['neverRotates', 'grace', 'rejects', 'revokes'];

export interface StoredRecord {
  readonly gen: number;
  readonly refreshToken: number;
  /** Which sign-in; one more after a sign-out. */
  readonly session: number;
  readonly status: 'active' | 'signedOut' | 'dead';
  /** The generation that may be under way. */
  readonly intent: number | undefined;
}

/** Where a process stands in its flight. The steps are those of docs/protocol.md. */
export type Phase =
  | 'idle'
  | 'lock' // F1
  | 'read' // F2
  | 'intent' // F4
  | 'send' // F6
  | 'listen'
  | 'show' // only where tokens are shown before they are stored
  | 'commit' // F7
  | 'refused'
  | 'unanswered'
  | 'release'; // F9

export interface Process {
  readonly phase: Phase;
  /** The newest generation that it hands out. */
  readonly shown: number;
  /** What its flight set out from. */
  readonly base:
    | { readonly gen: number; readonly refreshToken: number; readonly session: number }
    | undefined;
  /** Which grant of the lease it was given. */
  readonly grant: number;
  /** What the server said: a new refresh token, or that the old one is refused. */
  readonly answer: number | 'refused' | undefined;
  readonly flightsLeft: number;
  readonly resent: number;
  readonly ended: 'ok' | 'failed' | 'unanswered' | 'crashed' | undefined;
}

export const NOBODY = -1;

/** A message under way. Of `NOBODY`: its sender has gone or given up, and it arrives all the same. */
export interface Message {
  readonly from: number;
  readonly refreshToken: number;
  /** `undefined`: it is on its way to the server. */
  readonly answer: number | 'refused' | undefined;
}

/** What may still go wrong: each number is how often. */
export interface Budget {
  /** Leases that run out under a living holder. */
  readonly leases: number;
  readonly crashes: number;
  /** Messages that are lost, or that the client gives up on while they go on. */
  readonly losses: number;
  readonly signOuts: number;
}

export interface State {
  readonly store: StoredRecord;
  /** Who holds the lease; `dead`: somebody who crashed. */
  readonly holder: number | 'dead' | undefined;
  readonly grants: number;
  /** The refresh token that the server takes, and whether it has revoked the session. */
  readonly server: { readonly live: number; readonly revoked: boolean };
  readonly processes: readonly Process[];
  /** A set: equal messages are one. */
  readonly messages: readonly Message[];
  readonly left: Budget;
}

export function initialState(processes: number, flights: number, left: Budget): State {
  const process: Process = {
    phase: 'idle',
    shown: 0,
    base: undefined,
    grant: 0,
    answer: undefined,
    flightsLeft: flights,
    resent: 0,
    ended: undefined,
  };
  return {
    store: { gen: 0, refreshToken: 0, session: 0, status: 'active', intent: undefined },
    holder: undefined,
    grants: 0,
    server: { live: 0, revoked: false },
    processes: Array.from({ length: processes }, () => process),
    messages: [],
    left,
  };
}

export const sameMessage = (a: Message, b: Message): boolean =>
  a.from === b.from && a.refreshToken === b.refreshToken && a.answer === b.answer;
export const without = (messages: readonly Message[], gone: Message): Message[] =>
  messages.filter((each) => !sameMessage(each, gone));
export const including = (messages: readonly Message[], added: Message): Message[] => [
  ...without(messages, added),
  added,
];

/** Everybody is done, and nothing is under way. */
export const isQuiet = (state: State): boolean => isDone(state) && state.messages.length === 0;
export const isDone = ({ processes }: State): boolean =>
  processes.every(({ phase, flightsLeft }) => phase === 'idle' && flightsLeft === 0);

/** The same text for the same state, whatever the order of its messages. */
export function keyOf({ store, holder, grants, server, processes, messages, left }: State): string {
  const parts = [
    `${store.gen},${store.refreshToken},${store.session},${store.status},${store.intent}|${holder}|${grants}|${server.live},${server.revoked}`,
    `${left.leases},${left.crashes},${left.losses},${left.signOuts}`,
    messages
      .map(({ from, refreshToken, answer }) => `${from},${refreshToken},${answer}`)
      .sort()
      .join(';'),
  ];
  for (const { phase, shown, base, grant, answer, flightsLeft, resent, ended } of processes)
    parts.push(
      `${phase},${shown},${base?.gen},${base?.refreshToken},${base?.session},${grant},${answer},${flightsLeft},${resent},${ended}`,
    );
  return parts.join('|');
}
