import type { Action } from '../simulation/actions.ts';
import type { Row } from '../simulation/facts.ts';
import type { Setting } from '../simulation/setting.ts';

/** A schedule that broke a rule once, as short as it could be made. */
export interface Regression {
  readonly name: string;
  readonly row: Row;
  /** What differs from {@link ORDINARY}. */
  readonly setting: Partial<Setting>;
  readonly actions: readonly Action[];
}

export const ORDINARY: Setting = {
  faulty: false,
  managers: 1,
  store: 'shared',
  lock: 'web',
  mode: 'revokes',
  lifetime: 3600,
  killsOld: false,
  skewWindow: 30_000,
  backgroundWindow: 0,
  waitTimeout: 30_000,
  maxWaiting: 1000,
  listens: false,
  acquires: false,
  absolute: false,
  subjects: false,
  start: 'expired',
  seed: 0,
};

export const step = (pick: number): Action => ({ do: 'step', pick });
export const run = (steps: number): Action => ({ do: 'run', steps });
export const advance = (ms: number): Action => ({ do: 'advance', ms });
export const get = (by: number): Action => ({ do: 'get', by, validFor: 0 });

export const request = (by: number): Action => ({
  do: 'request',
  by,
  hostile: false,
  body: 'text',
  foreign: false,
});
