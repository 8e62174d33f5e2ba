// A registered symbol, so that every copy of this package knows it.
const OF_A_REFRESH = Symbol.for('unexpired.refresh');

/** Marks the signal of a refresh, so that adapters recognise its requests wherever they go, `tokens: false` included. */
export function markRefreshSignal(signal: AbortSignal): void {
  Object.defineProperty(signal, OF_A_REFRESH, { value: true });
}

/**
 * Is this the signal that a refresh function was given? Such a request is bounded by the refresh alone: a budget of the
 * client (its timeout) would end what everybody waits for, perhaps after the server has rotated the refresh token.
 */
export function isRefreshSignal(signal: AbortSignal | null | undefined): boolean {
  return (signal as { readonly [OF_A_REFRESH]?: true } | null | undefined)?.[OF_A_REFRESH] === true;
}

let calling = 0;

/** Calls a refresh function: until it returns, the requests that are made are its own ({@link isRefreshing}). */
export function callRefresh<T>(call: () => T): T {
  calling++;
  try {
    return call();
  } finally {
    calling--; // a function that is asynchronous has returned its promise by now
  }
}

/** Is this request, which is made right now, one of a refresh? By its signal, or because the function has not awaited yet. */
export function isRefreshing(signal: AbortSignal | null | undefined): boolean {
  return calling > 0 || isRefreshSignal(signal);
}
