import { CALL_RESULTS, type CallRow, type Timeline } from '../timeline.ts';
import type { Frame } from './frame.ts';
import type { Palette } from './palette.ts';

/** Calls beyond this many are hinted at by the strip alone. */
const MOST_BANDS = 40;

/** What lies behind the lanes: a band for every refresh, and the dead time after a revocation. */
export function paintBands(
  context: CanvasRenderingContext2D,
  { calls, end }: Timeline,
  frame: Frame,
  palette: Palette,
): void {
  const top = frame.strip.top;
  const height = frame.axisTop - top;
  const revoked = revokedAt(calls);
  if (revoked !== undefined) {
    context.globalAlpha = 0.1;
    context.fillStyle = palette.failed;
    context.fillRect(
      frame.x(revoked),
      frame.lanes.top,
      Math.max(0, frame.x(end) - frame.x(revoked)),
      frame.lanes.height,
    );
  }
  for (const [at, until] of calls.filter(isRotation).slice(0, MOST_BANDS)) {
    const left = frame.x(at);
    context.globalAlpha = 0.16;
    context.fillStyle = palette.refresh;
    context.fillRect(left, top, frame.x(until) - left, height);
  }
  context.globalAlpha = 1;
}

/** What lies over them: the edges of the bands, the moment of the revocation, and the strip of calls above the lanes. */
export function paintCalls(
  context: CanvasRenderingContext2D,
  { calls }: Timeline,
  frame: Frame,
  palette: Palette,
): void {
  const pitch = frame.strip.height / calls.length;
  const thickness = Math.min(12, Math.max(1, pitch - (pitch > 3 ? 1 : 0)));
  calls.forEach(([at, until, result], index) => {
    context.fillStyle = CALL_RESULTS[result] === 'rotated' ? palette.refresh : palette.failed;
    context.fillRect(
      frame.x(at),
      frame.strip.top + index * pitch,
      Math.max(1.5, frame.x(until) - frame.x(at)),
      thickness,
    );
  });
  for (const [at, until] of calls.filter(isRotation).slice(0, MOST_BANDS)) {
    context.fillStyle = palette.refresh;
    context.fillRect(frame.x(at), frame.strip.top, 1, frame.axisTop - frame.strip.top);
    context.fillRect(frame.x(until), frame.strip.top, 1.5, frame.axisTop - frame.strip.top);
  }
  const revoked = revokedAt(calls);
  if (revoked === undefined) return;
  context.fillStyle = palette.failed;
  context.fillRect(frame.x(revoked), frame.strip.top - 2, 2, frame.axisTop - frame.strip.top + 2);
}

/** When the server took the session away, if it did. */
export function revokedAt(calls: readonly CallRow[]): number | undefined {
  const reuses = calls.filter(([, , result]) => CALL_RESULTS[result] === 'reuse');
  return reuses.length === 0 ? undefined : Math.min(...reuses.map(([, until]) => until));
}

function isRotation([, , result]: CallRow): boolean {
  return CALL_RESULTS[result] === 'rotated';
}
