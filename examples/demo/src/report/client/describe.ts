import { TICKS_PER_MS } from '../timeline.ts';
import type { Lane, State, Stretch } from './model.ts';

const ANSWERS: Record<Exclude<State, 'waiting'>, string> = {
  answered: '200',
  refused: '401',
  unanswered: 'no answer',
};

/** One request's story as a sentence, for the line below a picture and for those who cannot see it. */
export function describeLane(lane: Lane, index: number): string {
  const steps = lane.stretches.map(describeStretch).filter((step) => step !== undefined);
  const last = lane.end === undefined ? 'its caller never heard' : outcome(lane.ok, lane.end);
  return `Request ${index + 1}: ${[...steps, last].join(' → ')}`;
}

export function milliseconds(ticks: number): string {
  const ms = ticks / TICKS_PER_MS;
  return ms >= 10_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.round(ms).toLocaleString('en-US')} ms`;
}

function describeStretch({ state, visit, from, to }: Stretch): string | undefined {
  if (state === 'waiting')
    return to - from < TICKS_PER_MS ? undefined : `waited ${milliseconds(to - from)}`;
  const sent = visit === 0 ? 'sent' : 'replayed';
  return `${sent} at ${milliseconds(from)}, ${ANSWERS[state]}`;
}

function outcome(ok: boolean, end: number): string {
  return `${ok ? 'answered' : 'failed'} at ${milliseconds(end)}`;
}
