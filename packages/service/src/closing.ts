import { TokenError } from 'unexpired';
import { createPending } from './pending.ts';
import type { SessionParts } from './session-parts.ts';

/** The end of the sessions: nothing is begun any more, and those who wait are answered. */
export interface Closing {
  /** The same gate, which lets no refresh begin once it closes. */
  readonly gate: SessionParts['gate'];
  /** Somebody waits for this. */
  counted<T>(call: Promise<T>): Promise<T>;
  /** The same for a change, which does not begin once it closes. */
  change<T>(run: () => Promise<T>): Promise<T>;
  /** Resolves when nobody waits any more who has begun to. */
  begin(): Promise<void>;
}

export function createClosing(gate: SessionParts['gate']): Closing {
  const { counted, begun } = createPending();
  let isClosing = false;
  return {
    gate: {
      run: gate.run,
      obstacle: (provider) => (isClosing ? new TokenError('ERR_CLOSED') : gate.obstacle(provider)),
    },
    counted,
    async change(run) {
      if (isClosing) throw new TokenError('ERR_CLOSED');
      return counted(run());
    },
    begin() {
      isClosing = true;
      return begun();
    },
  };
}
