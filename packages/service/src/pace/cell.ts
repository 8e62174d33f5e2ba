import type { Clock } from 'unexpired';
import { FRESH, type ProviderState } from './state.ts';
import type { Decide, StateRows } from './state-rows.ts';

/** The database's clock, as far as it is known here: by the monotonic one, since that was asked last. */
export interface DatabaseTime {
  now(): number;
  /** It is so late there. */
  set(now: number): void;
  readonly isKnown: boolean;
}

export function databaseTime(clock: Clock): DatabaseTime {
  let offset: number | undefined;
  return {
    now: () => clock.monotonic() + (offset ?? 0),
    set: (now) => void (offset = now - clock.monotonic()),
    get isKnown() {
      return offset !== undefined;
    },
  };
}

/** The row of a provider, and what was seen in it last. */
export interface Cell {
  readonly provider: string;
  readonly state: ProviderState;
  readonly time: DatabaseTime;
  /** Somebody has read it. */
  see(state: ProviderState): void;
  change<T>(decide: Decide<T>): Promise<T>;
}

export function createCell(provider: string, rows: StateRows, time: DatabaseTime): Cell {
  let state = FRESH;
  return {
    ...{ provider, time },
    get state() {
      return state;
    },
    see: (found) => void (state = found),
    async change(decide) {
      const changed = await rows.change(provider, decide);
      state = changed.state;
      time.set(changed.now);
      return changed.result;
    },
  };
}
