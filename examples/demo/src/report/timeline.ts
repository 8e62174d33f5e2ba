import type { Outcome } from '../burst.ts';
import type { Played } from '../contest.ts';
import type { Attempt, Redemption } from '../servers/ledger.ts';

/** The picture's unit: tenths of a ms since the burst began, as whole numbers. */
export const TICKS_PER_MS = 10;

/**
 * One request as a flat row of numbers, because a report may hold 70,000 of them: when it was asked for, when its caller
 * had the answer (-1: never), whether that was what was asked for (1 or 0), and then for every time it reached the API:
 * arrival, answer, status.
 */
export type LaneRow = readonly number[];

/** One call of the token endpoint: arrival, answer, and what it did (an index into {@link CALL_RESULTS}). */
export type CallRow = readonly [at: number, until: number, result: number];

export const CALL_RESULTS = ['rotated', 'reuse', 'refused'] as const;

export interface Timeline {
  /** When everything was over. */
  readonly end: number;
  readonly lanes: readonly LaneRow[];
  readonly calls: readonly CallRow[];
}

/** Joins what the callers and the servers saw, which share a clock. */
export function timelineOf({
  startedAt,
  outcomes,
  record,
}: Pick<Played, 'startedAt' | 'outcomes' | 'record'>): Timeline {
  const tick = (at: number): number => Math.max(0, Math.round((at - startedAt) * TICKS_PER_MS));
  const end = tick(lastMoment(outcomes, record));
  const attempts = new Map<number, Attempt[]>();
  for (const attempt of record.attempts)
    attempts.set(attempt.request, [...(attempts.get(attempt.request) ?? []), attempt]);
  return {
    end,
    lanes: outcomes.map((outcome, request) =>
      laneRow(outcome, attempts.get(request) ?? [], tick, end),
    ),
    calls: record.redemptions.map((redemption) => callRow(redemption, tick, end)),
  };
}

function laneRow(
  outcome: Outcome,
  attempts: readonly Attempt[],
  tick: (at: number) => number,
  end: number,
): LaneRow {
  const ended = outcome.endedAt === undefined ? -1 : tick(outcome.endedAt);
  const visits = attempts.flatMap(({ at, until, status }) => [
    tick(at),
    until === undefined ? end : tick(until),
    status,
  ]);
  return [tick(outcome.startedAt), ended, outcome.ok ? 1 : 0, ...visits];
}

function callRow(
  { at, until, result }: Redemption,
  tick: (at: number) => number,
  end: number,
): CallRow {
  return [
    tick(at),
    until === undefined ? end : tick(until),
    CALL_RESULTS.indexOf(result ?? 'refused'),
  ];
}

function lastMoment(outcomes: readonly Outcome[], { redemptions }: Played['record']): number {
  let last = 0;
  for (const { startedAt, endedAt } of outcomes) last = Math.max(last, endedAt ?? startedAt);
  for (const { at, until } of redemptions) last = Math.max(last, until ?? at);
  return last;
}
