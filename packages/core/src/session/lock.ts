/**
 * Mutual exclusion in the shape of Web Locks, so that `navigator.locks` fits as it is. Rejects with the signal's
 * reason when `signal` aborts before the lock was granted, with any other error when the backend is down.
 */
export interface RefreshLock {
  request<T>(
    name: string,
    options: { signal?: AbortSignal },
    /**
     * `held.signal`, where a lock has it, aborts when a lease could not be renewed. `held.freedOnDeath`, where a lock has
     * it, says that the lock comes free when its holder dies; it is unique among all who may share the store.
     */
    task: (
      held?: {
        readonly name?: string;
        readonly signal?: AbortSignal;
        readonly freedOnDeath?: string;
      } | null,
    ) => Promise<T>,
  ): Promise<T>;
}
