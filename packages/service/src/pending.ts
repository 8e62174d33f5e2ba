/** Calls that have no answer yet. */
export interface Pending {
  counted<T>(call: Promise<T>): Promise<T>;
  /** Resolves when those that have begun by now are over. */
  begun(): Promise<void>;
  /** Resolves when none is left, also of those that begin meanwhile. */
  settled(): Promise<void>;
}

export function createPending(): Pending {
  const calls = new Set<Promise<unknown>>();
  const begun = async (): Promise<void> => void (await Promise.allSettled(calls));
  return {
    async counted(call) {
      calls.add(call);
      try {
        return await call;
      } finally {
        calls.delete(call);
      }
    },
    begun,
    async settled() {
      while (calls.size > 0) await begun();
    },
  };
}
