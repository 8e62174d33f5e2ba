import type { TokenError } from '../errors/errors.ts';
import type { Clock } from '../time/clock.ts';

/** Watches for the end of a silence, for those who wait to join the next try. */
export interface SilenceWatch {
  watch(): void;
  stop(): void;
}

interface Network {
  addEventListener?(type: 'online', listener: () => void): void;
  removeEventListener?(type: 'online', listener: () => void): void;
}

/**
 * A silence ends by itself, or early when the network comes back. The listener is only there while somebody waits, and
 * where the platform tells such things at all.
 */
export function createSilenceWatch(
  clock: Clock,
  parts: {
    readonly obstacle: () => TokenError | undefined;
    readonly endEarly: () => boolean;
    readonly over: () => void;
  },
): SilenceWatch {
  let cancel: (() => void) | undefined;
  const network = globalThis as Network;
  const stop = (): void => {
    cancel?.();
    cancel = undefined;
  };
  const over = (): void => {
    stop();
    parts.over();
  };
  const online = (): void => {
    if (parts.endEarly()) over();
  };
  return {
    stop,
    watch() {
      if (cancel !== undefined) return;
      // A ms more: a timer may come a little early, and would find the silence not over yet.
      const left = (parts.obstacle()?.retryAfter ?? 0) + 1;
      const cancelTimer = clock.setTimeout(over, left, true);
      network.addEventListener?.('online', online);
      cancel = () => {
        cancelTimer();
        network.removeEventListener?.('online', online);
      };
    },
  };
}
