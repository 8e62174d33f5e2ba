import { type Clock, type IssuedToken, TokenError, type TokenManager } from 'unexpired';
import { nameOf } from 'unexpired/adapter';
import type { Call } from './call.ts';
import { isFresh, isValid } from './held.ts';
import type { Place, RemoteSession } from './session.ts';
import type { Wish } from './waiting.ts';

const GET: Call = { method: 'GET', path: '/token' };
/** Seconds: the service takes no more, and counts half of the lifetime at the most. */
const LONGEST = 86_400;

/** The token, and what to use in the place of a refused one. */
export function createReading(parts: {
  readonly session: RemoteSession;
  readonly obtain: (wish: Wish) => Promise<IssuedToken | undefined>;
  readonly clock: Clock;
}) {
  const { session, obtain, clock } = parts;
  const meanwhile = (): IssuedToken | undefined =>
    isValid(session.held, clock.monotonic()) ? session.held.token : undefined;

  const cameLate = (held: RemoteSession['held']): boolean =>
    held !== undefined && held.refused !== true && held.until <= clock.monotonic();

  const getToken: TokenManager['getToken'] = async ({ signal, validFor = 0 } = {}) => {
    if (typeof validFor !== 'number' || !(validFor >= 0))
      throw new TypeError(`validFor: expected ms, zero or more, got ${nameOf(validFor)}`);
    if (session.held?.refused === true) {
      const newer = await replace(session.held.token, signal);
      if (newer !== undefined || session.held === undefined) return newer;
    }
    const anew = { ...(session.hasChanged && { anew: true }) };
    return obtain({
      signal,
      call:
        validFor === 0
          ? { ...GET, ...anew }
          : {
              ...{ ...GET, ...anew, method: 'POST' },
              body: { valid_for: Math.min(LONGEST, validFor / 1000) },
            },
      met: () =>
        isFresh(session.held, clock.monotonic(), validFor) ? session.held.token : undefined,
      meanwhile,
      cameLate: () => cameLate(session.held),
    });
  };

  const replace = async (
    place: Place,
    signal: AbortSignal | undefined,
  ): Promise<IssuedToken | undefined> => {
    const rejected = { session: place.session, generation: place.generation };
    const isNewer = (token: IssuedToken | undefined): boolean =>
      token?.session === place.session && token.generation > place.generation;
    const newer = (): IssuedToken | undefined => {
      const token = meanwhile();
      return isNewer(token) ? token : undefined;
    };
    session.mark(place, true);
    try {
      return await obtain({
        ...{ signal, met: newer, meanwhile: newer },
        cameLate: () => isNewer(session.held?.token) && cameLate(session.held),
        call: { method: 'POST', path: '/token', body: { rejected }, anew: true },
      });
    } catch (error) {
      // Who may not ask for another one must not keep the others from using this one.
      if (error instanceof TokenError && error.action === 'fix') session.mark(place, false);
      throw error;
    }
  };

  return { getToken, replace, meanwhile };
}
