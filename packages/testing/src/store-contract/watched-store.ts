import type { TokenStore } from 'unexpired';
import type { RuleRun } from '../contract-rule.ts';
import type { Cell } from './types.ts';

/**
 * The same store, for one rule: `null` is taken for `undefined`, as databases give it; a call that hangs is named; and what
 * is subscribed is unsubscribed when the rule ends.
 */
export function watchedStore(store: TokenStore, run: RuleRun): Cell {
  return {
    name: store.name,
    read: async () => (await run.wait('read()', store.read())) ?? undefined,
    write: async (value, expected) =>
      (await run.wait('write()', store.write(value, expected))) ?? undefined,
    ...(store.subscribe !== undefined && {
      subscribe(onChange: () => void) {
        const stop = subscribed(store, onChange, run);
        run.onEnd(stop);
        return stop;
      },
    }),
  };
}

function subscribed(store: TokenStore, onChange: () => void, run: RuleRun): () => void {
  const stop = orThrow('subscribe() threw', (): unknown => store.subscribe?.(onChange));
  if (typeof stop !== 'function') {
    const name = isPromise(stop) ? 'a promise' : stop === null ? 'null' : typeof stop;
    if (isPromise(stop)) stop.then(undefined, () => undefined); // this finding says enough
    throw new Error(
      `subscribe() gave ${name}; it has to give a function that unsubscribes, at once`,
    );
  }
  return () => {
    const left = orThrow('unsubscribing threw', stop as () => unknown);
    if (isPromise(left))
      left.then(undefined, (error: unknown) =>
        run.fail(new Error(`unsubscribing rejected: ${messageOf(error)}`)),
      );
  };
}

function orThrow<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw new Error(`${what}: ${messageOf(error)}`, { cause: error });
  }
}

const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : typeof error;
