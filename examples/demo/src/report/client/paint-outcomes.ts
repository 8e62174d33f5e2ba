import type { Frame } from './frame.ts';
import { countsAt, type Lane } from './model.ts';
import type { Palette } from './palette.ts';

/** CSS pixels: lower rows than this are drawn together. */
const LOWEST_ROW = 2;

/** The column at the right edge: whether each request was answered in the end, as far as that is known at `tick`. */
export function paintOutcomes(
  context: CanvasRenderingContext2D,
  lanes: readonly Lane[],
  frame: Frame,
  palette: Palette,
  tick: number,
): void {
  const rows = Math.min(lanes.length, Math.floor(frame.lanes.height / LOWEST_ROW));
  const pitch = frame.lanes.height / rows;
  const left = frame.plotWidth + 6;
  const width = frame.width - left;
  for (let row = 0; row < rows; row += 1) {
    const group = lanes.slice(
      Math.floor((row * lanes.length) / rows),
      Math.floor(((row + 1) * lanes.length) / rows),
    );
    const { answered, failed, waiting } = countsAt(group, tick);
    let x = left;
    for (const [color, share] of [
      [palette.answered, answered],
      [palette.failed, failed],
      [palette.grid, waiting],
    ] as const) {
      const part = (width * share) / group.length;
      context.fillStyle = color;
      context.fillRect(
        x,
        frame.lanes.top + row * pitch,
        part,
        pitch - (rows === lanes.length && pitch > 2.4 ? 1 : 0),
      );
      x += part;
    }
  }
}
