import {
  createTokenManager,
  type TokenManager,
  type TokenManagerOptions,
  type WaitOptions,
} from 'unexpired';
import { createReentrancyCheck } from './reentrancy.ts';
import { publishEvents, traceRefresh } from './tracing.ts';

/**
 * `createTokenManager`, with what only Node can do.
 *
 * - Whatever the refresh function asks of the manager that waits for it is recognised, also when it did not pass its
 *   `signal` on: a request through an adapter goes out as it is, `getToken()` and `refresh()` reject with ERR_REENTRANT
 *   at once, where they would wait for their own deadline otherwise.
 * - Events are published on the `diagnostics_channel` `unexpired:event`, and each call of `refresh` or `acquire` is a span of
 *   the tracing channel `unexpired:refresh`. Never a token.
 *
 * Throws a `TypeError` that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { subscribe } from 'node:diagnostics_channel';
 * import { createNodeTokenManager } from '@unexpired/node';
 *
 * const tokens = createNodeTokenManager({ refresh: ({ refreshToken }) => myClient.refresh(refreshToken) });
 * subscribe('unexpired:event', (event) => console.log(event));
 * ```
 */
export function createNodeTokenManager(options: TokenManagerOptions): TokenManager {
  const calls = createReentrancyCheck();
  const name = options?.name ?? options?.store?.name ?? 'session';
  const { refresh, acquire } = options ?? {};
  const wrapped = {
    ...options,
    ...(typeof refresh === 'function' && {
      refresh: ((current, context) =>
        traceRefresh({ name, reason: context.reason }, () =>
          calls.during(context.signal, () => refresh(current, context)),
        )) satisfies typeof refresh,
    }),
    ...(typeof acquire === 'function' && {
      acquire: ((context) =>
        traceRefresh({ name, reason: context.reason }, () =>
          calls.during(context.signal, () => acquire(context)),
        )) satisfies typeof acquire,
    }),
  } as TokenManagerOptions;
  const tokens = createTokenManager(wrapped);
  const unsubscribe = publishEvents(tokens);
  const ownCall = <Options extends WaitOptions>(given?: Options): Options | undefined => {
    const signal = calls.current();
    return signal === undefined ? given : ({ ...given, signal } as Options);
  };
  return {
    get status() {
      return tokens.status;
    },
    getToken: (given) => tokens.getToken(ownCall(given)),
    refresh: (given) => tokens.refresh(ownCall(given)),
    replaceRejected: (accessToken, given) => tokens.replaceRejected(accessToken, ownCall(given)),
    issued: (accessToken) => tokens.issued?.(accessToken) ?? false,
    setSession: (signedIn) => tokens.setSession(signedIn),
    signOut: () => tokens.signOut(),
    subscribe: (listener) => tokens.subscribe(listener),
    async close() {
      await tokens.close();
      unsubscribe();
    },
  };
}
