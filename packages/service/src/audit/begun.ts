import type { SessionRecord } from 'unexpired';
import type { AuditRows, ChangeRow } from './rows.ts';
import type { Trail } from './trail.ts';

/** A rotation by hand, from its call to its outcome. */
export interface Begun {
  /** Its row is there. */
  readonly isWritten: boolean;
  /** Resolves once its row says how it ended. */
  end(outcome: string): Promise<void>;
}

/** What was begun and has not ended. */
export interface BegunChanges {
  /** `undefined`: somebody else has begun it. */
  begin(row: ChangeRow): Begun | undefined;
  /** For the manager of this session, whose flights do it. */
  trailOf(key: string): Trail;
  /** Resolves when all of it has ended. */
  settled(): Promise<void>;
}

interface Change {
  readonly row: ChangeRow;
  /** It may be there: it was sent, whatever the answer was. */
  isSent: boolean;
  isWritten: boolean;
  /** As the row has it. */
  outcome: string;
}

/**
 * Of many who have the same token replaced at once, the first is the one that makes the provider rotate, and leaves the row; the
 * others are counted. The row is written with the mark that announces the redemption, so nothing is sent without it, and what became
 * of it with the new tokens. Who joins a flight that has made its mark has begun nothing, and is counted as well.
 */
export function createBegun(
  rows: Pick<AuditRows, 'end'>,
  failed: (error: unknown) => void,
): BegunChanges {
  const changes = new Map<string, Change>();
  const underWay = new Set<Promise<void>>();
  return {
    begin(row) {
      const name = nameOf(row.call.key, row.about.session, row.about.generation);
      if (changes.has(name)) return undefined;
      const change: Change = { row, isSent: false, isWritten: false, outcome: row.outcome };
      changes.set(name, change);
      let isOver = (): void => undefined;
      const over = new Promise<void>((resolve) => (isOver = resolve));
      underWay.add(over);
      return {
        get isWritten() {
          return change.isWritten;
        },
        async end(outcome) {
          changes.delete(name);
          const told =
            change.isSent && change.outcome !== outcome
              ? rows.end(row.call.requestId, outcome).catch(failed) // the row goes on saying what it says
              : Promise.resolve();
          void told.then(() => {
            underWay.delete(over);
            isOver();
          });
          // Where nobody knows whether there is a row, its caller does not wait for a database that has not answered.
          if (change.isWritten) await over;
        },
      };
    },
    trailOf: (key) => ({
      beside(record) {
        const { session, gen } = record;
        if (isMark(record)) {
          const change = changes.get(nameOf(key, session, gen));
          if (change === undefined || change.isWritten) return undefined;
          change.isSent = true;
          return { row: change.row, written: () => void (change.isWritten = true) };
        }
        const change = changes.get(nameOf(key, session, gen - 1));
        if (change?.isWritten !== true || record.intent !== undefined) return undefined;
        const ended = { requestId: change.row.call.requestId, outcome: 'done' };
        return { ended, written: () => void (change.outcome = ended.outcome) };
      },
    }),
    async settled() {
      await Promise.all(underWay);
    },
  };
}

const nameOf = (key: string, session: string, generation: number): string =>
  `${key} ${session} ${generation}`;

/** From now on its refresh token may be spent, by who writes this. Not: what somebody else has announced, and how long that was seen. */
function isMark({ intent, gen }: SessionRecord): boolean {
  if (intent === undefined || intent.gen !== gen || intent.owner === '') return false;
  return intent.over !== true && intent.seen === undefined;
}
