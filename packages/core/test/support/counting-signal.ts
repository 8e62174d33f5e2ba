import { getEventListeners } from 'node:events';

/** A signal that lives long, of which one can see who listens to it. */
export interface CountingSignal {
  readonly signal: AbortSignal;
  readonly listeners: number;
  abort(reason: unknown): void;
}

export function countingSignal(): CountingSignal {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    get listeners() {
      return getEventListeners(controller.signal, 'abort').length;
    },
    abort: (reason) => controller.abort(reason),
  };
}
