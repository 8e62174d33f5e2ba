import { type Clock, type IssuedToken, TokenError } from 'unexpired';
import { abortable } from 'unexpired/adapter';
import type { Call } from './call.ts';
import type { RemoteSession } from './session.ts';

/** Ms for which a caller waits while the service is away. */
const WAIT = 30_000;
/** Ms: the pauses between tries, doubling, with full jitter. */
const PAUSE = { first: 250, longest: 10_000 };
/** What somebody waits for. */
export interface Wish {
  readonly call: Call;
  readonly signal: AbortSignal | undefined;
  /** Is it there already? */
  readonly met: () => IssuedToken | undefined;
  /** What is good enough while the service is away. */
  readonly meanwhile: () => IssuedToken | undefined;
}

/** Waits until a wish is met: asks, and asks again while the service is away. `undefined`: the service has nothing. */
export function createWaiting(parts: {
  readonly session: RemoteSession;
  readonly clock: Clock;
  readonly random: () => number;
  readonly closed: () => boolean;
}): (wish: Wish) => Promise<IssuedToken | undefined> {
  const { session, clock, random, closed } = parts;
  /** Monotonic ms: not asked before that while there is a token that is valid. */
  let quietUntil = 0;

  return async (wish) => {
    const deadline = clock.monotonic() + WAIT;
    for (let failures = 0; ; ) {
      if (closed()) throw new TokenError('ERR_CLOSED', { message: 'These tokens were closed' });
      const found = wish.met();
      if (found !== undefined) return found;
      const valid = wish.meanwhile();
      if (valid !== undefined && quietUntil > clock.monotonic()) return valid;
      try {
        if (await session.ask(wish.call, wish.signal)) return wish.met() ?? wish.meanwhile();
      } catch (error) {
        if (!(error instanceof TokenError) || error.action !== 'retry') throw error;
        const longest = Math.min(PAUSE.longest, PAUSE.first * 2 ** failures++);
        const pause = Math.max(random() * longest, error.retryAfter ?? 0);
        quietUntil = clock.monotonic() + pause;
        const good = wish.meanwhile();
        if (good !== undefined) return good;
        if (quietUntil > deadline) throw error;
        await abortable(sleep(clock, pause), wish.signal);
      }
    }
  };
}

const sleep = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => clock.setTimeout(resolve, ms));
