import { TokenError } from '../../../src/errors/errors.ts';
import { atAnswer, atCell, atManager, atOptions, atRead } from '../seams.ts';
import { ignore, type Sabotage } from './sabotage.ts';

/** What may be handed out, and to whom. */
export const HANDED_OUT: readonly Sabotage[] = [
  {
    row: 'P3',
    what: 'an older generation in the store is taken for a newer one',
    seam: atRead((last, found) =>
      found?.session === last.session && found.gen < last.gen
        ? { ...found, gen: last.gen + 1 }
        : undefined,
    ),
    where: { faulty: true, store: 'shared' },
  },
  {
    row: 'P4',
    what: 'a token is good for a minute longer than it is',
    seam: atAnswer(({ expires_in = 0, ...answer }) => ({ ...answer, expires_in: expires_in + 60 })),
  },
  {
    row: 'P6',
    what: 'a late 401 counts as one of the current generation',
    seam: atManager((manager) => ({
      async replaceRejected(rejected, wait) {
        const current = await manager.getToken().catch(ignore);
        return manager.replaceRejected(current?.accessToken ?? rejected, wait);
      },
    })),
  },
  {
    row: 'P10',
    what: 'a request that waited for one session is answered with another',
    seam: atManager((manager) => ({
      getToken: (wait) =>
        manager.getToken(wait).catch((error: unknown) => {
          if ((error as TokenError).code !== 'ERR_SIGNED_OUT') throw error;
          return manager.getToken(wait);
        }),
    })),
  },
  {
    row: 'D5',
    what: 'tokens are shown before they are stored',
    seam: atCell((cell) => ({
      async write(...args) {
        void Promise.resolve(cell.write(...args)).catch(ignore);
        return 'soon';
      },
    })),
    where: { store: 'shared', lock: 'web' },
  },
  {
    row: 'L6',
    what: 'subjects are not compared',
    seam: atOptions(() => ({ subject: () => undefined })),
    where: { only: 'subject' },
  },
  {
    row: 'L7',
    what: 'a token that was refused once is given to nobody',
    seam: atManager((manager) => {
      const refused = new Set<unknown>();
      return {
        replaceRejected(rejected, wait) {
          refused.add(rejected);
          return manager.replaceRejected(rejected, wait);
        },
        async getToken(wait) {
          const token = await manager.getToken(wait);
          if (refused.has(token?.accessToken)) throw new TokenError('ERR_REFRESH_UNAVAILABLE');
          return token;
        },
      };
    }),
    where: { only: 'stepUp' },
  },
  {
    row: 'L8',
    what: 'a token that has expired on arrival by an absolute time is of no use',
    seam: atAnswer(({ expires_at = Infinity, ...answer }, clock) =>
      expires_at * 1000 > clock.now() ? { ...answer, expires_at } : { ...answer, expires_in: 0 },
    ),
    where: { only: 'clock' },
  },
];
