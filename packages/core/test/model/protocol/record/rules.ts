// What the searches of rules R1 to R4 may vary: the server, the locks, the faults, and each rule of the protocol.
import type { Mode } from '../../state.ts';

/** Two managers exclude each other if their locks have the same reach. */
export interface Lock {
  readonly name: string;
  readonly reach: string;
  /** `freedOnDeath`: who the lock says it is, if it comes free when its holder dies. A lease does not. */
  readonly identity: string | undefined;
}

export const KERNEL: Lock = { name: 's', reach: 'a', identity: 'a' };
/** The same store's name by another path, or on another host. */
export const OTHER_KERNEL: Lock = { name: 's', reach: 'b', identity: 'b' };
/** Web Locks in two Node processes: the same name, and neither reaches the other. */
export const WEB_1: Lock = { name: 's', reach: 'p1', identity: undefined };
export const WEB_2: Lock = { name: 's', reach: 'p2', identity: undefined };
export const LEASE: Lock = { name: 's', reach: 'r', identity: undefined };
/** Two locks that claim one identity, and do not exclude each other. */
export const LIAR_1: Lock = { name: 's', reach: 'x', identity: 'id' };
export const LIAR_2: Lock = { name: 's', reach: 'y', identity: 'id' };

export interface Rules {
  /** Another owner's intent is waited for, unless the lock that is held now vouches for its end. */
  readonly foreignIntents: 'waited for' | 'ignored';
  /** What must be equal for a lock to vouch for an intent that was written under one. */
  readonly vouchedBy: 'identity' | 'name' | 'any lock';
  /** A flight that ends without an answer marks its intent as over. */
  readonly marksOver: boolean;
  /** What a flight does that has an answer and cannot store it. */
  readonly whoOwes: 'keeps the lock' | 'tries without the lock' | 'gives up';
  /** A manager without a flight writes its newer record over an older one that it sees. */
  readonly idleWritesBack: boolean;
  /** So does one that waits for the lock. */
  readonly queuedWritesBack: boolean;
  /** What is written back carries an intent of nobody, because intents may have been forgotten with what was lost. */
  readonly markOnWriteBack: 'without a lock' | "with the writer's lock" | 'none';
  /** Which time counts as waiting for an intent. */
  readonly waitCounts: 'while the store answers' | 'always';
  /** What becomes of an answer if the record is gone. */
  readonly whenGone: 'kept in memory' | 'revoked' | 'written again';
  /** A record that is gone ends the session for good. */
  readonly goneForGood: boolean;
}

export const PROTOCOL: Rules = {
  foreignIntents: 'waited for',
  vouchedBy: 'identity',
  marksOver: true,
  whoOwes: 'keeps the lock',
  idleWritesBack: true,
  queuedWritesBack: true,
  markOnWriteBack: 'without a lock',
  waitCounts: 'while the store answers',
  whenGone: 'kept in memory',
  goneForGood: false,
};

/** How often each fault may happen. */
export interface Faults {
  readonly crashes: number;
  readonly outages: number;
  /** The record is away, and comes back as it was. */
  readonly absences: number;
  /** The store goes back to its first record. */
  readonly restores: number;
  /** A wait ends although the flight that it waits for goes on: that flight was slower than its limit. */
  readonly slowFlights: number;
  readonly lostAnswers: number;
  readonly signOuts: number;
  /** A lease runs out under a living holder. */
  readonly lapses: number;
}

export const NO_FAULT: Faults = {
  crashes: 0,
  outages: 0,
  absences: 0,
  restores: 0,
  slowFlights: 0,
  lostAnswers: 0,
  signOuts: 0,
  lapses: 0,
};

export interface Setup {
  readonly mode: Mode;
  /** One for each manager. */
  readonly locks: readonly (Lock | undefined)[];
  /** One for each lock that there is. */
  readonly reaches: readonly string[];
  readonly rules: Rules;
  /** Of each manager. */
  readonly flights: number;
  readonly faults: Faults;
}

export function reachesOf(locks: Setup['locks']): string[] {
  return [...new Set(locks.flatMap((lock) => (lock === undefined ? [] : [lock.reach])))].sort();
}
