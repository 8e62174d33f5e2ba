import { nameOf } from 'unexpired/adapter';
import type { PostgresPool } from './postgres-like.ts';

/** Options of the store and the lock. Durations in ms. */
export interface PostgresOptions {
  /** Default `unexpired_sessions`; may have a schema before it: `auth.sessions`. Made with `postgresSchema`. */
  readonly table?: string | undefined;
  /** How long the lock of a process that died stays taken. Default 30_000; a live holder renews it when a third is over. */
  readonly lease?: number | undefined;
  /**
   * A pool whose connections go past any pooler in transaction mode. One connection of it listens, for all stores and locks on
   * it. Default: none, and a waiter looks again. Give it to all processes or to none: one without it tells nobody.
   */
  readonly direct?: PostgresPool | undefined;
}

/** Their names. */
export const OPTIONS = ['table', 'lease', 'direct'] as const satisfies (keyof PostgresOptions)[];

const TABLE = 'unexpired_sessions';
const PART = '[A-Za-z_][A-Za-z0-9_$]{0,62}';
const NAME = new RegExp(`^${PART}(?:\\.${PART})?$`);
/** Bytes. A longer key does not fit into a page of the index. */
const LONGEST_KEY = 2000;

/** The name of a table as SQL has it, quoted: it is taken as it is written, capitals included. Throws a `TypeError`. */
export function tableOf(where: string, table: string = TABLE): string {
  if (typeof table !== 'string' || !NAME.test(table))
    throw new TypeError(
      `${where}: table: expected a name of letters, digits and _, with or without a schema before it, got ${typeof table === 'string' ? 'another text' : nameOf(table)}`,
    );
  return table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}

/** A key that PostgreSQL can hold, and tell from every other one. Throws a `TypeError`. */
export function keyOf(where: string, key: unknown): string {
  const what = `${where}:`;
  if (typeof key !== 'string' || key === '')
    throw new TypeError(`${what} expected a string that is not empty, got ${nameOf(key)}`);
  if (key.includes('\0')) throw new TypeError(`${what} PostgreSQL stores no NUL character`);
  if (/\p{Surrogate}/u.test(key))
    throw new TypeError(`${what} half of a surrogate pair is no character`);
  if (new TextEncoder().encode(key).length > LONGEST_KEY)
    throw new TypeError(`${what} expected at most ${LONGEST_KEY} bytes of UTF-8`);
  return key;
}
