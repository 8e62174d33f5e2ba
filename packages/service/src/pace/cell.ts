import type { Clock } from 'unexpired';
import type { DatabaseTime } from '../data/database-time.ts';
import { FRESH, type ProviderState } from './state.ts';
import type { Decide, StateRows } from './state-rows.ts';

/** The row of a provider, and what was seen in it last. */
export interface Cell {
  readonly provider: string;
  readonly state: ProviderState;
  readonly time: DatabaseTime;
  /** Somebody has read it. */
  see(state: ProviderState): void;
  change<T>(decide: Decide<T>): Promise<T>;
}

export function createCell(
  provider: string,
  {
    rows,
    time,
    clock,
  }: {
    readonly rows: StateRows;
    readonly time: DatabaseTime;
    readonly clock: Pick<Clock, 'monotonic'>;
  },
): Cell {
  let state = FRESH;
  return {
    ...{ provider, time },
    get state() {
      return state;
    },
    see: (found) => void (state = found),
    async change(decide) {
      const begun = clock.monotonic();
      const changed = await rows.change(provider, decide);
      state = changed.state;
      time.heard(changed.now, begun);
      return changed.result;
    },
  };
}
