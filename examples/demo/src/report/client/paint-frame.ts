import { TICKS_PER_MS, type Timeline } from '../timeline.ts';
import type { Frame } from './frame.ts';
import { revokedAt } from './paint-refreshes.ts';
import type { Palette } from './palette.ts';

const FONT = '11px system-ui, sans-serif';

/** The time axis and its lines. */
export function paintAxis(context: CanvasRenderingContext2D, frame: Frame, palette: Palette): void {
  const span = frame.tickAt(frame.plotWidth) / TICKS_PER_MS;
  const step = niceStep(span / Math.max(2, Math.floor(frame.plotWidth / 90)));
  context.font = FONT;
  context.textBaseline = 'top';
  for (let ms = 0; ms <= span; ms += step) {
    const x = frame.x(ms * TICKS_PER_MS);
    context.fillStyle = palette.grid;
    context.fillRect(x, frame.lanes.top, 1, frame.lanes.height + 4);
    context.fillStyle = palette.faint;
    const text = axisText(ms, step);
    const width = context.measureText(text).width;
    context.fillText(
      text,
      Math.min(Math.max(0, x - width / 2), frame.plotWidth - width),
      frame.axisTop + 7,
    );
  }
}

/** Names for what was drawn across the lanes. */
export function paintLabels(
  context: CanvasRenderingContext2D,
  { calls }: Timeline,
  frame: Frame,
  palette: Palette,
): void {
  context.font = `600 ${FONT}`;
  context.textBaseline = 'bottom';
  const first = calls[0];
  if (!first) return;
  const left = frame.x(first[0]);
  const text =
    calls.length === 1
      ? '1 token-endpoint call'
      : `${calls.length.toLocaleString('en-US')} token-endpoint calls`;
  const width = context.measureText(text).width;
  const x = Math.min(left, Math.max(0, frame.plotWidth - width));
  context.fillStyle = calls.length === 1 ? palette.refresh : palette.failed;
  context.fillText(text, x, frame.strip.top - 3);
  const revoked = revokedAt(calls);
  if (revoked === undefined) return;
  paintRevoked(context, frame, palette, frame.x(revoked));
}

function paintRevoked(
  context: CanvasRenderingContext2D,
  frame: Frame,
  palette: Palette,
  line: number,
): void {
  const text = 'session revoked';
  const width = context.measureText(text).width + 10;
  const fits = line + width + 4 < frame.plotWidth;
  const x = fits ? line + 4 : Math.max(0, line - width - 4);
  context.fillStyle = palette.failed;
  context.beginPath();
  context.roundRect(x, frame.lanes.top + 6, width, 18, 4);
  context.fill();
  context.fillStyle = palette.surface;
  context.textBaseline = 'middle';
  context.fillText(text, x + 5, frame.lanes.top + 15.5);
}

function axisText(ms: number, step: number): string {
  if (ms === 0) return '0';
  return step >= 1000 ? `${ms / 1000} s` : `${ms.toLocaleString('en-US')} ms`;
}

/** The next of 1, 2, 5, 10, 20, 50 ... */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)));
  return ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
}
