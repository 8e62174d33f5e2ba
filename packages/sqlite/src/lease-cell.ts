import type { LeaseCell } from 'unexpired/adapter';
import type { Ask } from './ask.ts';
import type { Statements } from './statements.ts';

/** A lease in the row `key`, by the wall clock of this machine, which is the same for all its processes. */
export function leaseCell(ask: Ask, statements: Statements, key: string): LeaseCell {
  const release = (owner: string): Promise<unknown> =>
    ask(async ({ run }) => {
      if ((await run(statements.free, [key, owner])) === 0)
        await run(statements.remove, [key, owner]);
    });
  return {
    name: key,
    release,
    async obtain(owner, length) {
      const granted = await ask(
        ({ run }) => run(statements.obtain, [key, owner, length]),
        (changed) => changed === 1 && release(owner).catch(() => undefined), // nobody waits for it any more
      );
      if (granted === 1) return { granted: true };
      const row = await ask(({ get }) => get(statements.lease, [key]));
      return { granted: false, left: Math.max(-1, Number(row?.['left'] ?? -1)) };
    },
    renew: (owner, length) =>
      ask(async ({ run }) => (await run(statements.renew, [length, key, owner])) === 1),
  };
}
