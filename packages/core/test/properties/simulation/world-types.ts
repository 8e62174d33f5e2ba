import type { TokenManager } from '../../../src/manager/token-manager.ts';
import type { SharedCell } from './cell.ts';
import type { Facts, Player, Rule } from './facts.ts';
import type { Fault } from './faults.ts';
import type { SharedLock } from './locks.ts';
import type { ServerAnswer } from './oracle.ts';
import type { WatchedSignal } from './watched-signal.ts';

/** One manager and what belongs to it alone. */
export interface Slot {
  readonly player: Player;
  readonly manager: TokenManager;
  readonly signal: WatchedSignal;
  closing: Promise<void> | undefined;
}

/** The stage on which schedules are played: a server, a store, a lock, and managers that can die. */
export interface World {
  readonly facts: Facts;
  readonly rules: readonly Rule[];
  readonly cell: SharedCell;
  readonly lock: SharedLock;
  readonly slots: Slot[];
  /** All that were ever opened and not killed. */
  readonly open: Set<Slot>;
  signInAnswer(): ServerAnswer;
  openSlot(index: number): Slot;
  strike(fault: Fault, owner: number): void;
  close(slot: Slot): void;
  died(slot: Slot, arrives: boolean): void;
  jump(slot: Slot, ms: number): void;
  settle(): Promise<void>;
}
