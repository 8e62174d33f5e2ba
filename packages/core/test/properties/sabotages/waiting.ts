import { TokenError } from '../../../src/errors/errors.ts';
import { atClock, atManager, atOptions, atRandom } from '../seams.ts';
import { ignore, type Sabotage } from './sabotage.ts';

/** What a wait may be, and what ends it. */
export const WAITING: readonly Sabotage[] = [
  {
    row: 'P2',
    what: 'the last to come is forgotten when all are answered',
    seam: atManager((manager) => {
      let waiting = 0;
      return {
        getToken(wait) {
          const last = waiting++ > 0;
          const answer = manager.getToken(wait).finally(() => waiting--);
          if (!last) return answer;
          answer.catch(ignore);
          return new Promise(ignore);
        },
      };
    }),
  },
  {
    row: 'P5',
    what: 'one waiter’s abort rejects everybody',
    seam: atManager((manager) => {
      const all = new Set<(reason: unknown) => void>();
      return {
        getToken: (wait) =>
          new Promise((resolve, reject) => {
            all.add(reject);
            wait?.signal?.addEventListener('abort', () => {
              for (const leave of all) leave(wait.signal?.reason);
            });
            manager
              .getToken(wait)
              .finally(() => all.delete(reject))
              .then(resolve, reject);
          }),
      };
    }),
  },
  {
    row: 'P8',
    what: 'there is no back-off',
    seam: atRandom((number) => -1 + number / 1000), // jitter takes all of it
    where: { faulty: true },
  },
  {
    row: 'P11',
    what: 'a timer of the deadlines is not taken back',
    seam: atClock((clock) => ({
      setTimeout(...args) {
        clock.setTimeout(ignore, 1e9);
        return clock.setTimeout(...args);
      },
    })),
  },
  {
    row: 'P14',
    what: 'nobody’s time is ever up',
    seam: atOptions(() => ({ waitTimeout: 1e9 })),
    where: { faulty: true },
  },
  {
    row: 'P15',
    what: 'any number may wait',
    seam: atOptions(() => ({ maxWaiting: Infinity })),
  },
  {
    row: 'D9',
    what: 'a back-off never ends',
    seam: atRandom((number) => 1e9 + number),
    where: { faulty: true },
  },
  {
    row: 'L9',
    what: 'nobody waits for the end of a silence',
    seam: atManager((manager, _, { clock }) => {
      let until = 0;
      manager.subscribe((event) => {
        if (event.type === 'refreshEnded') until = ('retryAt' in event && event.retryAt) || 0;
      });
      return {
        async getToken(wait) {
          const retryAfter = until - (clock?.now() ?? 0);
          if (retryAfter > 0) throw new TokenError('ERR_REFRESH_UNAVAILABLE', { retryAfter });
          return manager.getToken(wait);
        },
      };
    }),
    where: { faulty: true, store: 'shared' },
  },
];
