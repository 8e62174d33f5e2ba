import type { Config } from './axios-like.ts';
import type { Dispatch } from './dispatch.ts';

/** The caller's `timeout` and cancel token, which hold while we wait. Its signal needs no help: it is passed on. */
export interface Budget {
  /** Rejects when the time is up, as axios does, or with the cancel token's reason. */
  within<T>(wait: Promise<T>): Promise<T>;
  /** What is left of the timeout, in ms. `undefined`: all of it. */
  left(): number | undefined;
}

export function startBudget(config: Config, { timeoutError }: Dispatch): Budget {
  const { cancelToken } = config;
  // axios takes text, too.
  const timeout = Number(config.timeout) || 0;
  const started = Date.now();
  return {
    within: (wait) =>
      new Promise((resolve, reject) => {
        const expire = (): void => void timeoutError(config).then(reject, reject);
        const left = Math.min(Math.max(0, started + timeout - Date.now()), 2 ** 31 - 1);
        const timer = timeout > 0 ? setTimeout(expire, left) : undefined;
        cancelToken?.subscribe(reject);
        const done = (): void => {
          clearTimeout(timer);
          cancelToken?.unsubscribe(reject);
        };
        void wait.then(resolve, reject).then(done);
      }),
    left() {
      const gone = Date.now() - started;
      return timeout > 0 && gone ? Math.max(1, timeout - gone) : undefined;
    },
  };
}
