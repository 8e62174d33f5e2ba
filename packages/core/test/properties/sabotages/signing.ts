import { TokenError } from '../../../src/errors/errors.ts';
import { atHome, atManager, atWrite } from '../seams.ts';
import type { Sabotage } from './sabotage.ts';

/** Sign-ins, sign-outs and announcements. */
export const SIGNING: readonly Sabotage[] = [
  {
    row: 'own',
    what: 'what was written here is taken for a peer’s',
    seam: atHome(
      () => ({}),
      ({ state }) => ({
        state: Object.assign(Object.create(state) as typeof state, {
          adopt: (...[record, how]: Parameters<typeof state.adopt>) =>
            state.adopt(record, { ...how, by: 'peer' }),
        }),
      }),
    ),
    where: { faulty: false },
  },
  {
    row: 'L4',
    what: 'known tokens that are announced are a new session',
    seam: (core) =>
      atManager((manager) => ({
        setSession: (tokens) => manager.setSession(tokens, { again: true }),
      }))(atWrite((record) => ({ ...record, spent: [] }))(core)),
    where: { only: 'announce' },
  },
  {
    row: 'L5',
    what: 'a sign-in is given up at the first write without an answer, and does not say so',
    seam: atHome(
      (home) => ({
        setSession: (...args) =>
          home.setSession(...args).catch(() => {
            throw new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'Not stored' });
          }),
      }),
      () => ({ waitTimeout: 1 }),
    ),
    where: { only: 'lateWrites' },
  },
];
