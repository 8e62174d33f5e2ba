import { type Clock, TokenError, tokenErrorOf } from 'unexpired';
import type { Cell } from './cell.ts';
import { draw, type Drawn, type Purpose, rateOf, shutUntil } from './state.ts';

/** Ms that somebody who waits for a token waits for the budget. */
const PATIENCE = 5000;
/** Ms for which calls that were drawn ahead count. */
const CREDIT = 2000;

/** Who may call a provider now. */
export function createBudget(parts: {
  readonly cell: Cell;
  /** Calls a second. */
  readonly cap: number;
  readonly clock: Clock;
  readonly random: () => number;
}) {
  const { cell, cap, clock, random } = parts;
  const { time, provider } = cell;
  /** Calls that were drawn and not made yet, until a moment on the monotonic clock. */
  let credit = { left: 0, until: 0 };

  const drawFor = (purpose: Purpose, wanted: number): Promise<Drawn> =>
    cell.change((state, now) => {
      const result = draw(state, { cap, now, wanted, purpose, random: random() });
      return { state: result.state, result };
    });
  const shutFor = (): number | undefined => {
    const now = time.now();
    const until = shutUntil(cell.state, now);
    return until === undefined ? undefined : until - now;
  };
  /** Is there no limit, and nothing known against it? Then nobody has to be asked. */
  const isOpenHanded = (): boolean =>
    time.isKnown &&
    cell.state.open === undefined &&
    shutFor() === undefined &&
    rateOf(cell.state, cap, time.now()) === Infinity;
  const useCredit = (): boolean => {
    if (credit.left < 1 || credit.until < clock.monotonic()) return false;
    credit = { ...credit, left: credit.left - 1 };
    return true;
  };

  return {
    shutFor,
    /** Why a call need not be tried, as far as it is known here. */
    obstacle(): TokenError | undefined {
      const pause = shutFor();
      return pause === undefined ? undefined : shut(provider, pause);
    },
    /** Draws calls for refreshing ahead, which are made within the next moments. */
    async turn(wanted: number): Promise<{ readonly granted: number }> {
      const { granted } = isOpenHanded() ? { granted: wanted } : await drawFor('ahead', wanted);
      credit = { left: granted, until: clock.monotonic() + CREDIT };
      return { granted };
    },
    /** Resolves when a call may be made. Rejects with `delivery: 'unsent'`. */
    async admit(): Promise<void> {
      const deadline = clock.monotonic() + PATIENCE;
      for (;;) {
        if (useCredit() || isOpenHanded()) return;
        const { granted, until = 0 } = await drawFor('demand', 1).catch(unsent);
        if (granted > 0) return;
        const closed = shutFor();
        if (closed !== undefined) throw shut(provider, closed);
        const pause = Math.max(1, until - time.now());
        if (clock.monotonic() + pause > deadline) throw spent(provider, pause);
        await new Promise<void>((resolve) => clock.setTimeout(resolve, pause, true));
      }
    },
  };
}

const refusal =
  (why: string) =>
  (provider: string, retryAfter: number): TokenError =>
    new TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: `The provider ${provider} ${why}`,
      delivery: 'unsent',
      retryAfter,
    });
const shut = refusal('does not work, or has asked to be left alone');
const spent = refusal('gets as many calls as the options allow');

/** The database could not be asked whether a call may be made: so there was none. */
function unsent(error: unknown): never {
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: tokenErrorOf(error)?.message,
    cause: error,
    delivery: 'unsent',
  });
}
