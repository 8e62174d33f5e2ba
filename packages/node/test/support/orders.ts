import type { Rotation } from 'unexpired';

/** Where a flight can be caught; see docs/protocol.md. F3 and F5 are about leases, which kernel locks do not have; a rename is what files have. */
export const STEPS = [
  'F1 before the lock',
  'F2 under the lock',
  'F4 before the intent',
  'F4 after the intent',
  'F6 before the call',
  'F6 after the answer',
  'F7 before the commit',
  'F7 before the rename',
  'F7 after the commit',
  'F8 after publishing',
  'F9 before the release',
] as const;
export type Step = (typeof STEPS)[number];

/** What it costs to be killed at a step, whatever the store. */
export const COSTS: Readonly<Record<'nothing' | 'the answer', readonly Step[]>> = {
  nothing: [
    'F1 before the lock',
    'F2 under the lock',
    'F4 before the intent',
    'F4 after the intent',
    'F6 before the call',
    'F7 after the commit',
    'F8 after publishing',
    'F9 before the release',
  ],
  'the answer': ['F6 after the answer', 'F7 before the commit'],
};

/** How one process of many is set up, whatever its store. */
export interface Setup {
  /** What its manager is called, where that is not the name of the store. */
  readonly name?: string | undefined;
  readonly rotation?: Rotation | undefined;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  readonly clientId: string;
  /** What happens to it where: it is killed, or waits until it is told to go on. */
  readonly catch?: { readonly step: Step; readonly how: 'SIGKILL' | 'wait' } | undefined;
}

/** How `programs/client.ts` is set up. */
export interface FileSetup extends Setup {
  readonly file: string;
}

/** How `programs/leaver.ts` is set up. */
export interface LeaverSetup extends Setup {
  readonly file: string;
  /** How often the file is busy when the answer is to be stored. */
  readonly busy: number;
  /** Does it close its manager at its end? */
  readonly closes: boolean;
}

/** What it can be told. */
export type Order =
  /** Its clock goes on by `advance` ms; then so many requests for a token, all at once. */
  | { readonly kind: 'ask'; readonly advance: number; readonly requests: number }
  | { readonly kind: 'signOut' }
  | { readonly kind: 'go' }
  | { readonly kind: 'close' };

/** What it answers to `ask`. */
export interface Answers {
  /** Access tokens, `undefined` where nobody was signed in. */
  readonly tokens: readonly (string | undefined)[];
  /** Codes of what failed. */
  readonly errors: readonly string[];
}

/** What it says when it has a new token: its own, or another's. */
export interface Refreshed {
  readonly by: 'self' | 'peer';
  /** Ms since the epoch, and fractions of them. */
  readonly at: number;
}
