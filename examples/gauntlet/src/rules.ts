import type { Observed } from './observed.ts';

/** One thing that has to hold for a cell to pass. */
export interface Rule {
  readonly says: string;
  readonly holds: (observed: Observed) => boolean;
}

const rule = (says: string, holds: Rule['holds']): Rule => ({ says, holds });

export const oneRefresh = rule('1 refresh', ({ refreshes }) => refreshes === 1);
export const atMostOneRefresh = rule('at most 1 refresh', ({ refreshes }) => refreshes <= 1);
export const everyoneAnswered = rule(
  'everyone answered',
  ({ asked, answered }) => answered === asked,
);
export const nobodyHangs = rule('nobody hangs', ({ hung }) => hung === 0);
/** No reuse, and nobody has ended it. */
export const sessionAlive = rule(
  'session alive',
  ({ session, reuses }) => session === 'alive' && reuses === 0,
);
export const goesOn = rule('goes on afterwards', ({ afterwards }) => afterwards === 'answered');

/** Something that only this scenario looks at: what was noted under `name` is `wanted`. */
export const noted = (says: string, name: string, wanted: unknown): Rule =>
  rule(says, ({ notes }) => notes[name] === wanted);
