import type { ServerMode } from './oracle.ts';

/** `alone`: the memory of one manager; `memory`: a memory store. */
export type StoreKind = 'alone' | 'memory' | 'shared';
/**
 * `none`: the record alone keeps managers apart. `mixed`: some have the lock, some one of another name, some none.
 * `hostile`: runs a task twice, or after it has failed, and hangs when it should release.
 */
export type LockKind = 'process' | 'web' | 'lease' | 'none' | 'mixed' | 'hostile';

/** What a schedule is played on. All times in ms, the tokens' lifetime in s as servers give it. */
export interface Setting {
  readonly faulty: boolean;
  readonly managers: number;
  readonly store: StoreKind;
  readonly lock: LockKind;
  readonly mode: ServerMode;
  readonly lifetime: number;
  /** Does the server end the old access token when it rotates? */
  readonly killsOld: boolean;
  readonly skewWindow: number;
  readonly backgroundWindow: number;
  readonly waitTimeout: number;
  readonly maxWaiting: number;
  /** Does the refresh function listen to its signal? */
  readonly listens: boolean;
  /** Can tokens be had from nothing, as with a cookie? */
  readonly acquires: boolean;
  /** Does an answer say when its token expires, instead of in how many seconds? */
  readonly absolute: boolean;
  /** Are the managers told how to read whose tokens they have? */
  readonly subjects: boolean;
  /** What the store holds at first. */
  readonly start: 'nothing' | 'record' | 'bare' | 'expired';
  /** Seeds jitter and ids. */
  readonly seed: number;
}
