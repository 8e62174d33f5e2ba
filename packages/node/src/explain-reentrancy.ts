import { AsyncLocalStorage } from 'node:async_hooks';
import { unless } from 'unexpired/adapter';

/** What a manager needs to know of the code that asks it. */
export interface CallContext {
  /** Makes the call; whatever it starts until it settles is part of it. */
  run<T>(call: () => T | PromiseLike<T>): Promise<T>;
  /** Is the code that asks part of such a call? */
  isInside(): boolean;
}

/** A manager that lets somebody else run its refresh function, and asks them before a call waits for it. */
interface Explainable {
  onRefresh?(context: CallContext): () => void;
}

/**
 * A refresh function that asks the manager which waits for it, without its signal, fails at once, with an error that says
 * so, instead of at `waitTimeout`. It changes nothing that is sent: on a queue that callers share, another caller's request
 * runs in the same async context. Returns stop.
 *
 * @throws TypeError Without a session.
 */
export function explainReentrancy(session: object): () => void {
  const wrong = unless(Object(session) === session, 'a manager', session);
  if (wrong !== undefined) throw new TypeError(`explainReentrancy: ${wrong}`);
  return (session as Explainable).onRefresh?.(createCallContext()) ?? (() => undefined);
}

export function createCallContext(): CallContext {
  const calls = new AsyncLocalStorage<{ over: boolean }>();
  return {
    run(call) {
      const current = { over: false };
      return calls.run(current, async () => {
        try {
          return await call();
        } finally {
          current.over = true; // a connection or a timer that it leaves behind keeps this context, and is no part of the call any more
        }
      });
    },
    isInside: () => calls.getStore()?.over === false,
  };
}
