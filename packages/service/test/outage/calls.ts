import type { Result } from './plan.ts';

/** Ms after which every replica has read that the breaker is open: what is on its way is sent still. */
const HEARD = 1500;
/** Ms before the outage over which the usual calls are counted. */
const BEFORE = 60_000;
/** Ms after the outage from which its echo is looked for. */
const LATER = 1_200_000;

/** The calls of an outage, told apart. `calls`: when each was made; all on one clock, in ms. */
export function callsIn(
  calls: readonly number[],
  outage: { readonly from: number; readonly until: number; readonly opened: number },
): Omit<Result, 'expired' | 'caughtUp'> {
  const { from, until, opened } = outage;
  const between = (first: number, end: number): number =>
    calls.filter((at) => at >= first && at < Math.min(end, until)).length;
  return {
    untilOpen: between(from, opened),
    untilHeard: between(opened, opened + HEARD),
    probes: between(opened + HEARD, until),
    usual: (between(from - BEFORE, from) * 1000) / BEFORE,
    peak: busiest(calls, until, 1),
    echo: busiest(calls, until + LATER, 10),
  };
}

/** Calls a second in the stretch of so many seconds that has most of them, from a moment on. */
function busiest(calls: readonly number[], from: number, seconds: number): number {
  const counts = new Map<number, number>();
  for (const at of calls) {
    const stretch = Math.floor((at - from) / (1000 * seconds));
    if (stretch >= 0) counts.set(stretch, (counts.get(stretch) ?? 0) + 1);
  }
  return [...counts.values()].reduce((most, count) => Math.max(most, count), 0) / seconds;
}
