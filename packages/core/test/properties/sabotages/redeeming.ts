import { mutexLock } from '../../../src/refresh/mutex-lock.ts';
import type { TokenStore } from '../../../src/session/store.ts';
import { atOptions, atRefresh, atWrite } from '../seams.ts';
import { ignore, type Sabotage } from './sabotage.ts';

/** When the token endpoint may be called. */
export const REDEEMING: readonly Sabotage[] = [
  {
    row: 'P1',
    what: 'a call is made a second time while the first may still be answered',
    seam: atRefresh((refresh) => (...args) => {
      refresh(...args).catch(ignore);
      return refresh(...args);
    }),
  },
  {
    row: 'P9',
    what: 'there is no limiter',
    // Each refresh is a minute after the last one, and a token that is refused is as old as that.
    seam: atOptions(({ clock, refresh }) => {
      let minutes = 0;
      if (clock === undefined || refresh === undefined) return {};
      return {
        clock: { ...clock, monotonic: () => clock.monotonic() + minutes * 60_000 },
        refresh(...args) {
          minutes++;
          return refresh(...args);
        },
      };
    }),
  },
  {
    row: 'D1',
    what: 'nobody waits for another’s intent, and there is no lock',
    seam: atOptions(() => ({ rotation: 'never' })),
    where: { faulty: false, lock: 'none' },
  },
  {
    row: 'L3',
    what: 'nobody waits for another’s intent (F3)',
    seam: atOptions(() => ({ rotation: 'never' })),
    where: { lock: 'none' },
  },
  {
    row: 'L12',
    what: 'a task runs as often as the lock calls it',
    seam: atOptions(({ store, refresh }) => {
      if (store === undefined || refresh === undefined) return {};
      const lock = store.lock ?? mutexLock(Math.random);
      let again = (): unknown => undefined;
      const counting: TokenStore = {
        ...store,
        lock: {
          request(name, options, task) {
            let runs = 0;
            return lock.request(name, options, (held) => {
              if (runs++ > 0) again();
              return task(held);
            });
          },
        },
      };
      return {
        store: counting,
        refresh(...args) {
          again = () => refresh(...args).catch(ignore);
          return refresh(...args);
        },
      };
    }),
    where: { lock: 'hostile' },
  },
  {
    row: 'L13',
    what: 'for how long an intent has been seen is not written down',
    seam: atWrite(({ intent, ...record }) => {
      if (intent === undefined) return record;
      const { seen: _, ...unseen } = intent;
      return { ...record, intent: unseen };
    }),
    where: { only: 'shortLived' },
  },
];
