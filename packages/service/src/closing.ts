import { TokenError } from 'unexpired';
import type { SessionParts } from './providers.ts';

/** The end of the sessions: nothing is begun any more, and those who wait are answered. */
export interface Closing {
  /** The same gate, which lets no refresh begin once it closes. */
  readonly gate: SessionParts['gate'];
  /** Somebody waits for this. */
  counted<T>(call: Promise<T>): Promise<T>;
  /** Resolves when nobody waits any more. */
  begin(): Promise<void>;
}

export function createClosing(gate: SessionParts['gate']): Closing {
  const waiting = new Set<Promise<unknown>>();
  let isClosing = false;
  return {
    gate: {
      run: gate.run,
      obstacle: (provider) => (isClosing ? new TokenError('ERR_CLOSED') : gate.obstacle(provider)),
    },
    counted(call) {
      waiting.add(call);
      return call.finally(() => waiting.delete(call));
    },
    async begin() {
      isClosing = true;
      await Promise.allSettled(waiting);
    },
  };
}
