import type { TokenResponse } from 'unexpired';

/** Where a flight can be caught; see docs/protocol.md. */
export type Step =
  | 'F2 under the lock'
  | 'F4 after the intent'
  | 'F6 before the call'
  | 'F6 after the answer'
  | 'F7 after the commit';

/** What became of requests. */
export interface Answers {
  /** HTTP status codes. */
  readonly statuses: readonly number[];
  /** Codes of the errors of those that got no answer. */
  readonly errors: readonly string[];
}

/** What a page can have beside itself to run the same program in, where it is one more tab but for what it is told through. */
export type WorkerKind = 'worker' | 'shared worker' | 'service worker';

/** What such a one can be told. */
export type WorkerOrder =
  /** One request, after its clock has gone on by so many ms. Answered with `Answers`. */
  | { readonly ask: number }
  /** The same, answered when its flight was caught. */
  | { readonly ask: number; readonly catch: Step }
  /** Answered after an event of this type, caused by another tab. */
  | { readonly toldOf: 'signedOut' }
  /** Answered with what a task is given that has the lock of this name, from `webLock()`. */
  | { readonly hold: string };

/** What a task is given that has a lock. */
export type Held = { readonly freedOnDeath?: string } | null | undefined;

/** What a tab of `programs/tab.ts` can be told from outside. */
export interface TabControl {
  /** Starts the app. Its flights stop at `catch`, the first that gets there, until `goOn()`. */
  open(setup?: {
    readonly catch?: Step;
    /** Default: 30 s. */
    readonly skewWindow?: number;
    /** Default: `browserStore()`. */
    readonly store?: 'localStorage';
    readonly whenSignedOut?: 'send' | 'reject';
  }): void;
  /** Resolves with the code of the error, where there was one. */
  setSession(answer: TokenResponse): Promise<string | undefined>;
  signOut(): Promise<void>;
  /** Its clock goes on by `advance` ms; then so many requests of the API, all at once. */
  ask(order: Order): Promise<Answers>;
  /** As `ask`, but at the next `start()` in any tab. */
  prepare(order: Order): void;
  start(): void;
  prepared(): Promise<Answers>;
  /** Resolves when a flight was caught. */
  caught(): Promise<void>;
  goOn(): void;
  /** Resolves when it waits for the lock. */
  waitsForLock(): Promise<void>;
  /** So many ms go by at once, with all that was to happen in them. */
  pass(ms: number): void;
  /** Resolves after an event of this type, caused by another tab. */
  toldOf(type: 'refreshed' | 'signedOut' | 'signedIn'): Promise<void>;
  status(): string;
  lastError():
    | { readonly code: string; readonly message: string; readonly delivery: unknown }
    | undefined;
  /** How its last error came about: the `code` of the `cause`. */
  lastCause(): { readonly code: unknown; readonly message: string } | undefined;
  close(): Promise<void>;
}

export interface Order {
  readonly advance: number;
  readonly requests: number;
}
