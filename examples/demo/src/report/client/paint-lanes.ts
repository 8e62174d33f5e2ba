import type { Frame } from './frame.ts';
import type { Lane, Stretch } from './model.ts';
import type { Palette } from './palette.ts';

/** Every request as a bar of its own; for as many as the eye can tell apart. */
export function paintLanes(
  context: CanvasRenderingContext2D,
  lanes: readonly Lane[],
  frame: Frame,
  palette: Palette,
): void {
  const pitch = frame.lanes.height / lanes.length;
  const bar = pitch - (pitch > 8 ? 3 : 1);
  lanes.forEach((lane, index) => {
    const top = frame.lanes.top + index * pitch;
    for (const stretch of lane.stretches)
      paintStretch(context, stretch, { top, bar }, frame, palette);
    if (lane.end !== undefined && !lane.ok) {
      context.fillStyle = palette.failed;
      context.fillRect(frame.x(lane.end) - 1, top, 4, bar);
    }
  });
}

function paintStretch(
  context: CanvasRenderingContext2D,
  { from, to, state, visit }: Stretch,
  { top, bar }: { readonly top: number; readonly bar: number },
  { x }: Frame,
  palette: Palette,
): void {
  const left = x(from);
  const width = Math.max(1, x(to) - left);
  context.fillStyle = palette[state];
  if (state === 'waiting') {
    const thin = Math.max(1, Math.floor(bar / 4));
    context.fillRect(left, top + Math.floor((bar - thin) / 2), width, thin);
    return;
  }
  context.fillRect(left, top, width, bar);
  if (visit > 0) {
    // The notch of a replay.
    context.fillStyle = palette.text;
    context.fillRect(left - 1, top, 2, bar);
  }
}
