import type { Frame } from './frame.ts';
import type { Lane, State } from './model.ts';
import { channels, type Palette } from './palette.ts';

/** Shares of the requests of one row of pixels that are in each state, for every column. */
type Shares = Record<State | 'failed', Float32Array>;

/** CSS pixels a row is high. */
const ROW = 2;
/** Columns that a stretch covers at least: a visit of 20 ms has to be seen among 20 s. */
const NARROWEST = 3;
/** A request that waits is drawn as a thin line where there is room; here it weighs as much less. */
const WEIGHT: Record<keyof Shares, number> = {
  waiting: 0.45,
  refused: 1,
  answered: 1,
  unanswered: 0.45,
  failed: 1,
};

/** More requests than rows of pixels: each row is the average of its requests. `density`: device pixels per CSS pixel. */
export function paintDensity(
  context: CanvasRenderingContext2D,
  lanes: readonly Lane[],
  frame: Frame,
  palette: Palette,
  density: number,
): void {
  const columns = Math.max(1, Math.round(frame.plotWidth * density));
  const rows = Math.floor(frame.lanes.height / ROW);
  const image = new ImageData(columns, rows);
  for (let row = 0; row < rows; row += 1) {
    const group = lanes.slice(
      Math.floor((row * lanes.length) / rows),
      Math.floor(((row + 1) * lanes.length) / rows),
    );
    const shares = sharesOf(group, columns, (tick) => Math.round(frame.x(tick) * density));
    paintRow(image, row, shares, palette);
  }
  const sheet = new OffscreenCanvas(columns, rows);
  sheet.getContext('2d')?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(sheet, 0, frame.lanes.top, frame.plotWidth, frame.lanes.height);
}

function sharesOf(
  group: readonly Lane[],
  columns: number,
  column: (tick: number) => number,
): Shares {
  const shares: Shares = {
    waiting: new Float32Array(columns),
    refused: new Float32Array(columns),
    answered: new Float32Array(columns),
    unanswered: new Float32Array(columns),
    failed: new Float32Array(columns),
  };
  const share = 1 / Math.max(1, group.length);
  const add = (cells: Float32Array, from: number, to: number): void => {
    const last = Math.min(columns, Math.max(to, from + NARROWEST));
    for (let index = Math.max(0, from); index < last; index += 1)
      cells[index] = (cells[index] ?? 0) + share;
  };
  for (const { stretches, end, ok } of group) {
    for (const { from, to, state } of stretches) add(shares[state], column(from), column(to));
    if (end !== undefined && !ok) add(shares.failed, column(end), column(end));
  }
  return shares;
}

function paintRow(image: ImageData, row: number, shares: Shares, palette: Palette): void {
  const layers = (Object.keys(WEIGHT) as (keyof Shares)[]).map((name) => ({
    color: channels(palette[name]),
    weight: WEIGHT[name],
    cells: shares[name],
  }));
  for (let column = 0; column < image.width; column += 1) {
    let [red, green, blue, sum, cover] = [0, 0, 0, 0, 0];
    for (const { color, weight, cells } of layers) {
      const share = cells[column] ?? 0;
      // Few among many still have to be seen.
      const strength = Math.sqrt(share) * weight;
      red += color[0] * strength;
      green += color[1] * strength;
      blue += color[2] * strength;
      sum += strength;
      cover = Math.max(cover, strength);
    }
    if (sum === 0) continue;
    image.data.set(
      [red / sum, green / sum, blue / sum, 255 * Math.min(1, cover)],
      (row * image.width + column) * 4,
    );
  }
}
