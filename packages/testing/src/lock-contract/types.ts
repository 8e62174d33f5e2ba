import type { RefreshLock } from 'unexpired';
import type { RuleRun } from '../contract-rule.ts';

/** A backend in which nothing is locked, made for one rule of the contract. */
export interface LockPlace {
  /** A way to it: another connection, or another process's view. For a lock that is one object, the same one each time. */
  open(): RefreshLock;
  /** Takes everything away again. */
  close?(): Promise<void>;
}

/** One lock under the contract. */
export interface LockUnderTest {
  readonly name: string;
  create(): Promise<LockPlace>;
  /**
   * Another process takes the lock `name`, and holds it. Resolves, when it does, with what kills that process outright
   * (SIGKILL) and resolves when it is dead. Leave it out where a lock is for one process.
   */
  readonly holdElsewhere?:
    | ((place: LockPlace, name: string) => Promise<() => Promise<void>>)
    | undefined;
  /**
   * A lock that nobody wakes, and how often its requests have asked for a lock so far. Leave it out where a waiter asks
   * nobody, because the lock is handed to it.
   */
  readonly counting?:
    | ((place: LockPlace) => Promise<{ readonly lock: RefreshLock; asked(): number }>)
    | undefined;
  /** A lock whose backend cannot be reached. Leave it out where there is no backend. */
  readonly down?: (() => Promise<RefreshLock>) | undefined;
  /** Takes the lease of the holder of `name` away. Leave it out for a lock without leases. */
  readonly loseLease?: ((place: LockPlace, name: string) => Promise<void>) | undefined;
  /** Ms that a rule gets: less than your framework gives a test, so that the rule can say what it waits for. Default 4000. */
  readonly timeout?: number | undefined;
}

/** States one rule, on a place of its own. */
export type LockRule = (
  name: string,
  body: (place: LockPlace, run: RuleRun) => Promise<void>,
) => void;
