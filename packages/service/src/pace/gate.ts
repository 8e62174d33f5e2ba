import type { Clock, TokenError } from 'unexpired';
import { type BreakerEvent, createBreaker } from './breaker.ts';
import { createBudget } from './budget.ts';
import type { DatabaseTime } from '../data/database-time.ts';
import { createCell } from './cell.ts';
import { createSlots } from './slots.ts';
import { aheadOf, FRESH, rateOf, shareOf } from './state.ts';
import type { StateRows } from './state-rows.ts';

/** What a provider can bear. */
export interface Limits {
  /** Calls a second of the whole fleet. */
  readonly maxPerSecond: number;
  /** Calls in flight of the whole fleet. */
  readonly maxInFlight: number;
}

export interface GateParts {
  readonly limits: ReadonlyMap<string, Limits>;
  readonly rows: StateRows;
  readonly time: DatabaseTime;
  /** The ids of the replicas that live. */
  readonly replicas: () => readonly string[];
  readonly id: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: BreakerEvent) => void;
}

/** How a provider stands, as this replica knows it. */
export interface Standing {
  readonly breaker: 'closed' | 'open' | 'recovering';
  /** Ms until it may be called; 0: now. */
  readonly shutFor: number;
  /** Calls a second; `Infinity`: no limit. */
  readonly perSecond: number;
  /** Calls of this replica, and those that wait for one of them to end. */
  readonly inFlight: number;
  readonly waiting: number;
}

/** Every call of a token endpoint goes through here: the budget, the calls in flight, and the breaker of its provider. */
export interface Gate {
  /** Reads what the others have found. */
  look(): Promise<void>;
  /** Why a refresh need not be begun, as far as it is known here. */
  obstacle(provider: string): TokenError | undefined;
  /** Slots that are left for refreshing ahead, where `running` are on their way. */
  free(provider: string, running: number): number;
  /** Draws calls for refreshing ahead. */
  turn(provider: string, wanted: number): Promise<{ readonly granted: number }>;
  /** Makes a call once it may be made. Rejects with `delivery: 'unsent'` where it may not. */
  run<T>(provider: string, call: () => Promise<T>): Promise<T>;
  standing(provider: string): Standing;
}

export function createGate(parts: GateParts): Gate {
  const { limits, rows, time, replicas, id, clock, random, emit } = parts;
  const lanes = new Map(
    [...limits].map(([provider, own]) => {
      const cell = createCell(provider, { rows, time, clock });
      const share = (): number => shareOf(own.maxInFlight, replicas(), id);
      const lane = {
        ...{ cell, share, cap: own.maxPerSecond, slots: createSlots(clock) },
        budget: createBudget({ cell, cap: own.maxPerSecond, clock, random }),
        breaker: createBreaker({ cell, clock, random, emit }),
      };
      return [provider, lane];
    }),
  );
  const laneOf = (provider: string) => {
    const lane = lanes.get(provider);
    if (lane === undefined) throw new TypeError('no such provider');
    return lane;
  };

  return {
    async look() {
      const begun = clock.monotonic();
      const { now, states } = await rows.readAll();
      time.heard(now, begun);
      for (const [provider, { cell, slots }] of lanes) {
        cell.see(states.get(provider) ?? FRESH);
        slots.look();
      }
    },
    obstacle: (provider) => lanes.get(provider)?.budget.obstacle(),
    free(provider, running) {
      const { share, slots } = laneOf(provider);
      return Math.max(0, aheadOf(share()) - Math.max(running, slots.taken) - slots.waiting);
    },
    turn: (provider, wanted) => laneOf(provider).budget.turn(wanted),
    async run(provider, call) {
      const { share, slots, budget, breaker } = laneOf(provider);
      // Somebody waits, so there is one at least, however many replicas there are.
      const release = await slots.take(() => Math.max(1, share()));
      try {
        await budget.admit();
        const value = await call().catch(async (error: unknown) => {
          await breaker.failed(error).catch(() => undefined); // the next failure tells it again
          throw error;
        });
        void breaker.succeeded().catch(() => undefined); // the next success tells it again
        return value;
      } finally {
        release();
      }
    },
    standing(provider) {
      const { cell, cap, budget, slots } = laneOf(provider);
      const perSecond = rateOf(cell.state, cap, time.now());
      const closed = perSecond < cap ? 'recovering' : 'closed';
      return {
        breaker: cell.state.open === undefined ? closed : 'open',
        shutFor: budget.shutFor() ?? 0,
        ...{ perSecond, inFlight: slots.taken, waiting: slots.waiting },
      };
    },
  };
}
