import type { Begun } from './change.ts';
import type { AuditRows, ChangeRow } from './rows.ts';

/** What was begun and has not ended. */
export interface BegunChanges extends Begun {
  /** Resolves when all of it has ended. */
  settled(): Promise<void>;
}

/**
 * Of many who have the same token replaced at once, the first is the one that makes the provider rotate, and leaves the row; the
 * others wait for that row, and are counted.
 */
export function createBegun(
  rows: Pick<AuditRows, 'change' | 'end'>,
  failed: (error: unknown) => void,
): BegunChanges {
  const writing = new Map<string, Promise<void>>();
  const underWay = new Map<ChangeRow, { readonly over: Promise<void>; readonly end: () => void }>();
  const nameOf = ({ call, about }: ChangeRow): string =>
    `${call.key} ${about.session} ${about.generation}`;
  return {
    async begin(row) {
      const name = nameOf(row);
      const other = writing.get(name);
      if (other !== undefined) {
        await other;
        return false;
      }
      const written = rows.change(row);
      writing.set(name, written);
      try {
        await written;
      } catch (error) {
        writing.delete(name);
        throw error;
      }
      let end = (): void => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      underWay.set(row, { over, end });
      return true;
    },
    async end(row, outcome) {
      writing.delete(nameOf(row));
      await rows.end(row.call.requestId, outcome).catch(failed); // the row goes on saying that it was begun
      underWay.get(row)?.end();
      underWay.delete(row);
    },
    async settled() {
      await Promise.all([...underWay.values()].map(({ over }) => over));
    },
  };
}
