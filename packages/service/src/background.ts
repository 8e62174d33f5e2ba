import type { Clock } from 'unexpired';
import { attempt } from './ahead/attempt.ts';
import { createWorker, type Worker } from './ahead/worker.ts';
import { claimsIn } from './data/claims.ts';
import type { DatabaseTime } from './data/database-time.ts';
import { type Replica, replicasIn } from './data/replicas.ts';
import type { Tables } from './data/tables.ts';
import type { BreakerEvent } from './pace/breaker.ts';
import { createGate, type Gate } from './pace/gate.ts';
import { stateRows } from './pace/state-rows.ts';
import type { Provider } from './providers.ts';
import { repeat } from './repeat.ts';
import type { Sessions } from './sessions.ts';

/** Work that nobody waits for could not be done, and is tried again: `error` says what the database said. */
export interface WorkFailed {
  readonly type: 'workFailed';
  /** Ms since the epoch. */
  readonly at: number;
  readonly error: string;
}

/** What goes on without requests: this replica lives, hears what the others have found, and refreshes ahead of demand. */
export interface Background {
  readonly gate: Gate;
  readonly replicas: () => readonly Replica[];
  start(sessions: Pick<Sessions, 'look' | 'managers'>): void;
  /** No more claims; resolves when nothing is under way. */
  stop(): Promise<void>;
}

export interface BackgroundParts {
  readonly id: string;
  readonly version: string;
  readonly tables: Tables;
  readonly time: DatabaseTime;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: BreakerEvent | WorkFailed) => void;
}

/** Ms between two looks at what other replicas have found of the providers. */
export const LOOK_EVERY = 1000;
/** Ms. */
const BEAT_EVERY = 5000;

export function createBackground(parts: BackgroundParts): Background {
  const { id, version, tables, time, providers, clock, random, emit } = parts;
  const members = replicasIn(tables, { id, version });
  let living: readonly Replica[] = [];
  let worker: Worker | undefined;
  const gate = createGate({
    ...{ id, time, clock, random, emit, rows: stateRows(tables) },
    limits: new Map([...providers].map(([name, { limits }]) => [name, limits])),
    replicas: () => living.map((replica) => replica.id),
  });
  const failed = (error: unknown): void => emit(workFailed(error, clock));
  const repeated = [
    repeat(clock, LOOK_EVERY, () => gate.look(), failed),
    repeat(clock, BEAT_EVERY, async () => void (living = await members.beat()), failed),
  ];

  return {
    gate,
    replicas: () => living,
    start({ look, managers }) {
      for (const each of repeated) each.start();
      worker = createWorker({
        ...{ clock, random, failed, claims: claimsIn(tables) },
        providers: [...providers.values()]
          .filter(({ refreshAhead }) => refreshAhead)
          .map(({ name }) => name),
        attempt: (claim) => attempt({ look, managers, clock }, claim),
        free: gate.free,
        isDown: (provider) => gate.standing(provider).breaker === 'open',
        turn: gate.turn,
      });
      worker.start();
    },
    async stop() {
      await worker?.stop();
      await Promise.all(repeated.map((each) => each.stop()));
      await members.leave().catch(() => undefined); // it counts as gone soon
    },
  };
}

/** What the stores say of a database quotes no row; nothing else is told. */
export const workFailed = (error: unknown, clock: Clock): WorkFailed => ({
  ...{ type: 'workFailed', at: clock.now() },
  error:
    error instanceof Error && error.name === 'TokenError' ? error.message : 'an unforeseen error',
});
