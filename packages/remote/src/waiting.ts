import { type Clock, type IssuedToken, TokenError } from 'unexpired';
import { abortable } from 'unexpired/adapter';
import type { Call } from './call.ts';
import { createComplaint } from './complaint.ts';
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
  /** Had what the service gave expired when it came? Then it has another one by now. */
  readonly cameLate: () => boolean;
}

/** Waits until a wish is met: asks, and asks again while the service is away. `undefined`: the service has nothing. */
export function createWaiting(parts: {
  readonly session: RemoteSession;
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts with the error for everybody who waits. */
  readonly closed: AbortSignal;
}): (wish: Wish) => Promise<IssuedToken | undefined> {
  const { session, clock, random, closed } = parts;
  /** Monotonic ms: not asked before that while there is a token that is valid. */
  let quietUntil = 0;
  const complaint = createComplaint(session.told.emit);

  return async (wish) => {
    const deadline = clock.monotonic() + WAIT;
    for (let failures = 0; ; ) {
      if (closed.aborted) throw closed.reason;
      const found = wish.met();
      if (found !== undefined) return found;
      const valid = wish.meanwhile();
      if (valid !== undefined && quietUntil > clock.monotonic()) return valid;
      try {
        if (await session.ask(wish.call, wish.signal)) {
          complaint.over();
          return answerTo(wish);
        }
      } catch (error) {
        if (closed.aborted || wish.signal?.aborted === true) throw error;
        const retryAfter = retryAfterOf(error);
        const longest = Math.min(PAUSE.longest, PAUSE.first * 2 ** failures++);
        const pause = Math.max(random() * longest, retryAfter ?? PAUSE.longest);
        quietUntil = clock.monotonic() + pause;
        const good = wish.meanwhile();
        if (good !== undefined) {
          complaint.tell(error);
          return good;
        }
        if (retryAfter === undefined || quietUntil > deadline) throw error;
        await pauseFor(clock, pause, [wish.signal, closed]);
      }
    }
  };
}

/** Throws where asking again helps. */
function answerTo({ met, meanwhile, cameLate }: Wish): IssuedToken | undefined {
  const found = met() ?? meanwhile();
  if (found === undefined && cameLate())
    throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: 'The token had expired when the token service had answered',
    });
  return found;
}

/** Ms that the service asks for before the next try; `undefined`: another try does not help. */
const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof TokenError && error.action === 'retry' ? (error.retryAfter ?? 0) : undefined;

/** Rejects with the reason of the first signal that aborts. */
async function pauseFor(
  clock: Clock,
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
): Promise<void> {
  let cancel = (): void => undefined;
  const over = new Promise<void>((resolve) => (cancel = clock.setTimeout(resolve, ms)));
  try {
    await signals.reduce((wait, signal) => abortable(wait, signal), over);
  } finally {
    cancel();
  }
}
