import type { Timeline } from '../timeline.ts';

/** What a request is doing at a moment. */
export type State = 'waiting' | 'refused' | 'answered' | 'unanswered';

/** A stretch of one request's life, in ticks. `visit`: how often it had reached the API before, for stretches spent there. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly state: State;
  readonly visit: number;
}

export interface Lane {
  readonly start: number;
  /** `undefined`: the caller never heard. */
  readonly end: number | undefined;
  readonly ok: boolean;
  readonly stretches: readonly Stretch[];
}

export interface Counts {
  readonly answered: number;
  readonly failed: number;
  readonly waiting: number;
}

/** Unpacks the rows that the report carries. */
export function lanesOf({ lanes, end }: Timeline): Lane[] {
  return lanes.map(([start = 0, ended = -1, ok = 0, ...visits]) => ({
    start,
    end: ended < 0 ? undefined : ended,
    ok: ok === 1,
    stretches: stretchesOf(start, ended < 0 ? end : ended, visits),
  }));
}

/** Requests that have their answer, that were given up, and that are still under way. */
export function countsAt(lanes: readonly Lane[], tick: number): Counts {
  let answered = 0;
  let failed = 0;
  for (const { end, ok } of lanes) {
    if (end === undefined || end > tick) continue;
    if (ok) answered += 1;
    else failed += 1;
  }
  return { answered, failed, waiting: lanes.length - answered - failed };
}

function stretchesOf(start: number, end: number, visits: readonly number[]): Stretch[] {
  const stretches: Stretch[] = [];
  let since = start;
  for (let index = 0; index + 2 < visits.length; index += 3) {
    const [from = 0, to = 0, status = 0] = visits.slice(index, index + 3);
    stretches.push({ from: since, to: from, state: 'waiting', visit: index / 3 });
    stretches.push({ from, to, state: stateOf(status), visit: index / 3 });
    since = to;
  }
  const last = stretches.at(-1)?.state;
  if (last !== 'answered' && last !== 'unanswered' && end > since)
    stretches.push({ from: since, to: end, state: 'waiting', visit: visits.length / 3 });
  return stretches;
}

/** The servers note 0 for a request that they never came to answer. */
function stateOf(status: number): State {
  if (status === 0) return 'unanswered';
  return status === 200 ? 'answered' : 'refused';
}
