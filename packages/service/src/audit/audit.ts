import type { Clock } from 'unexpired';
import type { Tables } from '../data/tables.ts';
import { repeat } from '../repeat.ts';
import { type BegunChanges, createBegun } from './begun.ts';
import type { Answered, Changing } from './call.ts';
import { type Change, createChange } from './change.ts';
import { countedOf, createCounts } from './counts.ts';
import { auditRows } from './rows.ts';

/** Calls that changed nothing were not counted: the database could not take them, and there were too many to remember. */
export interface AuditDropped {
  readonly type: 'auditDropped';
  /** Ms since the epoch. */
  readonly at: number;
  /** How many. */
  readonly calls: number;
}

/** Who did what: changes in their own transaction, all else counted. */
export interface Audit {
  /** A call that has changed nothing. Costs an update of a map; what was counted is written once a second. */
  count(call: Answered): void;
  /** A call that may change something. */
  change(call: Changing): Change;
  /** For the manager of a session, whose flights do what such calls begin. */
  readonly trailOf: BegunChanges['trailOf'];
  start(): void;
  /** Resolves when everything is written. */
  stop(): Promise<void>;
}

export interface AuditParts {
  readonly tables: Tables;
  readonly clock: Clock;
  /** Ms for which a row is kept. */
  readonly keep: number;
  /** Also count what was read. */
  readonly reads: boolean;
  readonly emit: (event: AuditDropped) => void;
  /** Something could not be written, and is tried again. */
  readonly failed: (error: unknown) => void;
}

/** Ms between two writes of what was counted: the most that a crash loses. */
const WRITE_EVERY = 1000;
/** Groups in one statement. */
const TOGETHER = 200;
/** Ms between two looks for rows that are too old, and the rows that are deleted at once. */
const CLEAN_EVERY = 3_600_000;
const CLEANED = 1000;

export function createAudit(parts: AuditParts): Audit {
  const { tables, clock, keep, reads, emit, failed } = parts;
  const rows = auditRows(tables);
  const counts = createCounts(clock);
  const begun = createBegun(rows, failed);
  let isStopping = false;

  const tellOf = (calls: number): void => {
    if (calls > 0) emit({ type: 'auditDropped', at: clock.now(), calls });
  };
  const write = async (): Promise<void> => {
    tellOf(counts.forgotten());
    for (;;) {
      const groups = counts.take(TOGETHER);
      if (groups.length === 0) return;
      const now = clock.monotonic();
      try {
        await tables.ready();
        await rows.add(
          // Everybody who writes the same rows does it in the same order, so that nobody waits for the other in a circle.
          groups
            .map((group) => countedOf(group, now))
            .toSorted((one, other) => (one.id < other.id ? -1 : 1)),
        );
      } catch (error) {
        counts.giveBack(groups);
        throw error;
      }
    }
  };
  const clean = async (): Promise<void> => {
    await tables.ready();
    while (!isStopping && (await rows.drop(keep, CLEANED)) === CLEANED);
  };
  const repeated = [
    repeat(clock, WRITE_EVERY, write, failed),
    repeat(clock, CLEAN_EVERY, clean, failed),
  ];

  return {
    count(call) {
      if (reads || call.outcome !== 'done') counts.add(call);
    },
    change: (call) => createChange(call, begun),
    trailOf: begun.trailOf,
    start() {
      for (const each of repeated) each.start();
    },
    async stop() {
      isStopping = true;
      await begun.settled();
      await Promise.all(repeated.map((each) => each.stop()));
      await write().catch(failed);
      tellOf(counts.forgotten() + counts.left());
    },
  };
}
