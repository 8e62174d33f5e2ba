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
const MOST_HEIGHT = 400;
/** Of a picture whose lanes cannot be told apart any more. */
const DENSE_HEIGHT = 320;
const MOST_PITCH = 16;
/** Lower lanes are drawn as densities. */
export const LEAST_PITCH = 3;

/** `scaleEnd`: the tick at the right end of the time axis. */
export function frameOf({ lanes, calls }: Timeline, width: number, scaleEnd: number): Frame {
  const strip = { top: TOP, height: between(12, calls.length * 3, 48) };
  const lanesSpan = {
    top: strip.top + strip.height + GAP,
    height: lanes.length * pitchOf(lanes.length),
  };
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

/** Whole pixels as long as every request can have a lane of its own, so that lanes look alike. */
function pitchOf(lanes: number): number {
  const whole = Math.min(MOST_PITCH, Math.floor(MOST_HEIGHT / lanes));
  return whole >= LEAST_PITCH ? whole : DENSE_HEIGHT / lanes;
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
