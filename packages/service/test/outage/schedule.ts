import type { Clock } from 'unexpired';
import type { Claims } from '../../src/data/claims.ts';
import { createHeap } from './heap.ts';

/** What the schedule knows of a session. Ms since the epoch. */
interface Life {
  readonly expiresAt: number;
  readonly dueAt: number;
}

/** The schedule in memory, in the order of the one in the database: who has been due for longest is claimed first. */
export interface Schedule extends Claims {
  add(life: Life): void;
  of(key: string): Life;
  renew(key: string, life: Life): void;
  /** Of those that may be claimed. */
  leastDue(): number;
  expired(): readonly string[];
}

export function createSchedule(clock: Clock): Schedule {
  const lives: Life[] = [];
  const failures: number[] = [];
  const waiting = createHeap();
  /** Left alone after a failure, by the moment at which that ends. */
  const parked = createHeap();

  const unpark = (now: number): void => {
    while (parked.least <= now) {
      const index = parked.take();
      waiting.add(index, (lives[index] as Life).dueAt);
    }
  };
  return {
    add(life) {
      waiting.add(lives.push(life) - 1, life.dueAt);
      failures.push(0);
    },
    of: (key) => lives[Number(key)] as Life,
    renew(key, life) {
      lives[Number(key)] = life;
      failures[Number(key)] = 0;
      waiting.add(Number(key), life.dueAt);
    },
    leastDue: () => waiting.least,
    expired: () =>
      lives.flatMap(({ expiresAt }, index) => (expiresAt <= clock.now() ? [String(index)] : [])),
    async take(_provider, most, now) {
      unpark(now);
      const taken: number[] = [];
      while (taken.length < most && waiting.least <= now) taken.push(waiting.take());
      return taken.map((index) => ({
        ...{ key: String(index), session: 's', generation: 0 },
        failures: failures[index] as number,
      }));
    },
    async park(claim, parking) {
      failures[Number(claim.key)] = parking.failures;
      parked.add(Number(claim.key), parking.notBefore);
    },
  };
}
