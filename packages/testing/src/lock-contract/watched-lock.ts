import type { RefreshLock } from 'unexpired';
import type { RuleRun } from '../contract-rule.ts';

/** Of a request: it waits; its task runs, or has ended; it has settled after that; it was refused before. */
type State = 'waiting' | 'running' | 'ended' | 'settled' | 'refused';

/**
 * The same lock, for one rule. Notices what no rule may see: a task that runs twice, or after its request was refused, or on
 * after its request has resolved. When the rule ends, each task ends, so that a rule that was broken holds nothing.
 */
export function watchedLock(lock: RefreshLock, run: RuleRun): RefreshLock {
  let end = (): void => undefined;
  const ended = new Promise<never>((resolve) => (end = resolve as () => void));
  let over = false;
  run.onEnd(() => {
    over = true;
    end();
  });
  const found = (what: string): void => {
    if (!over) run.fail(new Error(`the lock ${what}`));
  };

  return {
    async request<T>(
      name: string,
      options: { signal?: AbortSignal },
      task: Parameters<typeof lock.request<T>>[2],
    ): Promise<T> {
      let state = 'waiting' as State; // it changes while a call is under way
      run.watch(() => {
        if (state === 'ended') return `the request for "${name}" to settle, whose task has ended`;
        if (state !== 'waiting') return undefined;
        return options.signal?.aborted
          ? `the request for "${name}" to be refused, whose signal has aborted`
          : `the request for "${name}" to be granted`;
      });
      let called = false;
      const runOnce: typeof task = (held) => {
        if (called || state === 'refused') {
          found(
            called
              ? 'ran the task of one request twice'
              : 'ran the task of a request that had been refused',
          );
          return ended;
        }
        called = true;
        state = 'running';
        const note = (): void => {
          if (state === 'running') state = 'ended';
        };
        try {
          return Promise.race([task(held), ended]).finally(note);
        } catch (error) {
          note(); // it threw at once, and the lock is to see that
          throw error;
        }
      };
      try {
        const result = await lock.request(name, options, runOnce);
        if (state === 'running') found('let a request resolve: it settled while its task ran');
        state = 'settled';
        return result;
      } catch (error) {
        state = state === 'waiting' ? 'refused' : 'settled';
        throw error;
      }
    },
  };
}
