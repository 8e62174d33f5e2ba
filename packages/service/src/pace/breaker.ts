import { type Clock, tokenErrorOf } from 'unexpired';
import type { Cell } from './cell.ts';
import { held, opened, type ProviderState, recovered } from './state.ts';

/** The breaker of a provider was opened or closed by this replica, for all. */
export interface BreakerEvent {
  readonly type: 'breakerOpened' | 'breakerClosed';
  readonly provider: string;
  /** Ms since the epoch. */
  readonly at: number;
}

/** Failures in a row that one replica has to see. */
const MOST_FAILURES = 5;

/** Hears how the calls of a provider end. Rejects where the database cannot be told; what comes next tells it again. */
export function createBreaker(parts: {
  readonly cell: Cell;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: (event: BreakerEvent) => void;
}) {
  const { cell, clock, random, emit } = parts;
  let failures = 0;

  /** Is an event where this replica was the one that did it. */
  const turn = async (
    type: BreakerEvent['type'],
    next: (state: ProviderState, now: number) => ProviderState,
  ): Promise<void> => {
    const isDone = await cell.change((before, now) => {
      const state = next(before, now);
      return { state, result: state !== before };
    });
    if (isDone) emit({ type, provider: cell.provider, at: clock.now() });
  };
  const succeeded = async (): Promise<void> => {
    failures = 0;
    if (cell.state.open !== undefined) await turn('breakerClosed', recovered);
  };
  return {
    succeeded,
    async failed(error: unknown): Promise<void> {
      const { code, action, retryAfter } = tokenErrorOf(error) ?? {};
      if (action === 'signIn') return succeeded(); // it works: it has said so
      if (retryAfter !== undefined && code === 'ERR_REFRESH_UNAVAILABLE')
        return cell.change((before, now) => ({
          state: held(before, now, retryAfter),
          result: undefined,
        }));
      if (++failures < MOST_FAILURES || cell.state.open !== undefined) return;
      await turn('breakerOpened', (state, now) => opened(state, now, random()));
    },
  };
}
