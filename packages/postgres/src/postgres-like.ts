import { nameOf } from 'unexpired/adapter';

/** A `Pool` of `pg`, or whatever answers a statement with its rows. Not a client in a transaction: each statement stands alone. */
export interface PostgresLike {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A connection that listens. */
export interface ListeningConnection extends PostgresLike {
  on(event: 'notification', listener: (message: { payload?: string | undefined }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end', listener: () => void): unknown;
  release(destroy?: boolean): void;
}

/** A `Pool` of `pg` that gives connections away: one of them listens. */
export interface PostgresPool extends PostgresLike {
  connect(): Promise<ListeningConnection>;
}

/** Throws a `TypeError` unless `value` has these methods. */
export function requirePool(
  where: string,
  value: unknown,
  methods: readonly ('query' | 'connect')[],
): void {
  const found = (value ?? {}) as Record<string, unknown>;
  const lacking = methods.find((method) => typeof found[method] !== 'function');
  if (lacking === undefined) return;
  const got = typeof value === 'object' && value !== null ? 'an object without it' : nameOf(value);
  throw new TypeError(`${where}: expected a pool with ${lacking}(), as pg has it, got ${got}`);
}
