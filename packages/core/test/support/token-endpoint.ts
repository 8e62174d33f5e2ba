import { TokenError } from '../../src/index.ts';
import { testSession } from './session.ts';
import { sharedCell } from './shared-cell.ts';

/** A session on a shared store, so that intents and dead marks can be seen, with the token due (valid for 20 s) or expired. */
export const stored = (options: Parameters<typeof testSession>[0] = {}) => {
  const { server, clock } = testSession(options);
  const cell = sharedCell(server.first);
  return { ...testSession({ ...options, clock, server, store: cell.open() }), cell };
};

export const unsent = () => {
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'connect ECONNREFUSED',
    delivery: 'unsent',
  });
};

export const unanswered = () => {
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'socket hang up',
    delivery: 'unanswered',
  });
};
