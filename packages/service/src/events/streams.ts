import { TokenError } from 'unexpired';

/** The streams that are open, by principal. */
export interface Streams {
  /** A place for one more, which `end` ends; `undefined`: this principal has as many as it may. Throws once they are closed. */
  enter(principal: string, end: () => void): (() => void) | undefined;
  /** Ends all of them, and opens no more. */
  close(): void;
}

/** Streams of one principal. */
const MOST = 100;

export function createStreams(): Streams {
  const open = new Map<string, Set<() => void>>();
  let isClosed = false;
  return {
    enter(principal, end) {
      const own = open.get(principal) ?? new Set();
      if (isClosed) throw new TokenError('ERR_CLOSED');
      if (own.size >= MOST) return undefined;
      const entry = (): void => end();
      open.set(principal, own.add(entry));
      return () => {
        own.delete(entry);
        if (own.size === 0 && open.get(principal) === own) open.delete(principal);
      };
    },
    close() {
      isClosed = true;
      for (const own of [...open.values()]) for (const end of [...own]) end();
    },
  };
}
