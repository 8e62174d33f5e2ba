import type { LeaseCell } from 'unexpired/adapter';
import type { Ask, Row } from './ask.ts';
import type { Statements } from './statements.ts';
import { topicOf, type WakeUp } from './wake-up.ts';

/** A lease in the row `key`. Its time is the database's, whose clock is the same for all. */
export function leaseCell(parts: {
  readonly ask: Ask;
  readonly statements: Statements;
  readonly key: string;
  /** The table's name, quoted. */
  readonly table: string;
  readonly wakeUp: WakeUp | undefined;
  /** Gets the row as it was when the lease was granted. */
  readonly onGrant?: (row: Row) => unknown;
}): LeaseCell {
  const { ask, statements, key, table, wakeUp, onGrant } = parts;
  const freed = topicOf('freed', table, key);

  const release = async (owner: string): Promise<void> => {
    await ask(statements.release, [key, owner]);
    wakeUp?.tell(freed, '');
  };
  return {
    name: key,
    release,
    async obtain(owner, length) {
      const late = ([row]: readonly Row[]): unknown =>
        row?.['granted'] === true && release(owner).catch(() => undefined); // nobody waits for it any more
      const [row] = await ask(statements.obtain, [key, owner, length], late);
      if (row?.['granted'] !== true)
        return { granted: false, left: Number(row?.['remaining'] ?? -1) };
      void onGrant?.(row);
      return { granted: true };
    },
    async renew(owner, length) {
      return (await ask(statements.renew, [key, owner, length])).length === 1;
    },
    ...(wakeUp !== undefined && { subscribe: (wake) => wakeUp.subscribe(freed, wake) }),
  };
}
