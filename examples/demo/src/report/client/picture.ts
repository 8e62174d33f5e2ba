import type { Timeline } from '../timeline.ts';
import { type Frame, frameOf, LEAST_PITCH } from './frame.ts';
import type { Lane } from './model.ts';
import { paintDensity } from './paint-density.ts';
import { paintAxis, paintLabels } from './paint-frame.ts';
import { paintLanes } from './paint-lanes.ts';
import { paintOutcomes } from './paint-outcomes.ts';
import { paintBands, paintCalls } from './paint-refreshes.ts';
import { type Palette, readPalette } from './palette.ts';

/** What to show. */
export interface View {
  /** The tick at the right end of the time axis. */
  readonly scaleEnd: number;
  /** `undefined`: everything. */
  readonly tick: number | undefined;
  /** The lane pointed at. */
  readonly lane: number | undefined;
}

/** One contender's burst on a canvas. */
export interface Picture {
  show(view: View): void;
  /** The lane at a height, in CSS pixels from the canvas's top. */
  laneAt(y: number): number | undefined;
  /** Colours or size have changed. */
  invalidate(): void;
}

export function createPicture(
  canvas: HTMLCanvasElement,
  timeline: Timeline,
  lanes: readonly Lane[],
): Picture {
  const finished = document.createElement('canvas');
  let frame: Frame | undefined;
  let palette = readPalette();
  let scaleEnd = 0;

  const paintFinished = (width: number): Frame => {
    const fresh = frameOf(timeline, width, scaleEnd);
    const density = devicePixelRatio || 1;
    const context = resized(finished, fresh, density);
    paintBands(context, timeline, fresh, palette);
    if (fresh.lanes.height / lanes.length >= LEAST_PITCH)
      paintLanes(context, lanes, fresh, palette);
    else paintDensity(context, lanes, fresh, palette, density);
    paintCalls(context, timeline, fresh, palette);
    paintLabels(context, timeline, fresh, palette);
    resized(canvas, fresh, density);
    canvas.style.height = `${fresh.height}px`;
    return fresh;
  };

  return {
    show(view) {
      if (view.scaleEnd !== scaleEnd) frame = undefined;
      scaleEnd = view.scaleEnd;
      const width = canvas.clientWidth;
      if (width === 0) return;
      if (!frame || frame.width !== width) frame = paintFinished(width);
      const context = canvas.getContext('2d');
      if (context)
        paintView(context, { canvas, finished, frame, lanes, palette, view, end: timeline.end });
    },
    laneAt(y) {
      if (!frame) return undefined;
      const index = Math.floor(((y - frame.lanes.top) / frame.lanes.height) * lanes.length);
      return index >= 0 && index < lanes.length ? index : undefined;
    },
    invalidate() {
      palette = readPalette();
      frame = undefined;
    },
  };
}

interface Scene {
  readonly canvas: HTMLCanvasElement;
  readonly finished: HTMLCanvasElement;
  readonly frame: Frame;
  readonly lanes: readonly Lane[];
  readonly palette: Palette;
  readonly view: View;
  readonly end: number;
}

function paintView(
  context: CanvasRenderingContext2D,
  { canvas, finished, frame, lanes, palette, view, end }: Scene,
): void {
  context.clearRect(0, 0, frame.width, frame.height);
  paintAxis(context, frame, palette);
  const until = view.tick === undefined ? frame.width : frame.x(view.tick);
  const share = Math.min(1, until / frame.width);
  if (share > 0) {
    context.drawImage(
      finished,
      0,
      0,
      finished.width * share,
      canvas.height,
      0,
      0,
      frame.width * share,
      frame.height,
    );
  }
  paintOutcomes(context, lanes, frame, palette, view.tick ?? end);
  if (view.tick !== undefined) {
    context.fillStyle = palette.text;
    context.fillRect(until, frame.strip.top - 4, 1.5, frame.axisTop - frame.strip.top + 8);
  }
  if (view.lane !== undefined) paintPointer(context, frame, lanes.length, view.lane, palette);
}

function paintPointer(
  context: CanvasRenderingContext2D,
  frame: Frame,
  lanes: number,
  lane: number,
  palette: Palette,
): void {
  const pitch = frame.lanes.height / lanes;
  context.strokeStyle = palette.text;
  context.lineWidth = 1.5;
  context.strokeRect(
    0.75,
    frame.lanes.top + lane * pitch - 1,
    frame.width - 1.5,
    Math.max(3, pitch + 1),
  );
}

/** Sizes a canvas for the screen at hand and returns its context, in CSS pixels. */
function resized(
  canvas: HTMLCanvasElement,
  { width, height }: Frame,
  density: number,
): CanvasRenderingContext2D {
  canvas.width = Math.round(width * density);
  canvas.height = Math.round(height * density);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This browser has no 2D canvas.');
  context.setTransform(density, 0, 0, density, 0, 0);
  return context;
}
