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
