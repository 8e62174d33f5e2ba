/** Moves a moment through a span of time, slowed down so that the eye can follow. */
export interface Player {
  readonly playing: boolean;
  toggle(): void;
  stop(): void;
}

/** Ms that a whole burst takes on the screen. */
const LENGTH = 9_000;

/** `position` and `onMove` speak in shares of the span, from 0 to 1. */
export function createPlayer(
  position: () => number,
  onMove: (share: number) => void,
  onChange: () => void,
): Player {
  let request: number | undefined;
  const stop = (): void => {
    if (request === undefined) return;
    cancelAnimationFrame(request);
    request = undefined;
    onChange();
  };
  const start = (): void => {
    const from = position() >= 1 ? 0 : position();
    const began = performance.now();
    const step = (time: number): void => {
      const share = Math.min(1, from + Math.max(0, time - began) / LENGTH);
      request = requestAnimationFrame(step);
      onMove(share);
      if (share >= 1) stop();
    };
    request = requestAnimationFrame(step);
    onChange();
  };
  return {
    get playing() {
      return request !== undefined;
    },
    toggle: () => (request === undefined ? start() : stop()),
    stop,
  };
}
