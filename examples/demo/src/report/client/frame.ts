import type { Timeline } from '../timeline.ts';

/** Where things go in a picture, in CSS pixels. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** The time axis ends here; right of it is the column of outcomes. */
  readonly plotWidth: number;
  readonly strip: Span;
  readonly lanes: Span;
  readonly axisTop: number;
  readonly x: (tick: number) => number;
  readonly tickAt: (x: number) => number;
}

interface Span {
  readonly top: number;
  readonly height: number;
}

const TOP = 18;
const OUTCOMES = 20;
const AXIS = 22;
const GAP = 8;

/** `scaleEnd`: the tick at the right end of the time axis. */
export function frameOf({ lanes, calls }: Timeline, width: number, scaleEnd: number): Frame {
  const strip = { top: TOP, height: between(12, calls.length * 3, 48) };
  const lanesSpan = { top: strip.top + strip.height + GAP, height: between(120, lanes.length * 14, 300) };
  const axisTop = lanesSpan.top + lanesSpan.height;
  const plotWidth = Math.max(1, width - OUTCOMES);
  const scale = plotWidth / Math.max(1, scaleEnd);
  return {
    width,
    height: axisTop + AXIS,
    plotWidth,
    strip,
    lanes: lanesSpan,
    axisTop,
    x: (tick) => tick * scale,
    tickAt: (x) => x / scale,
  };
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
