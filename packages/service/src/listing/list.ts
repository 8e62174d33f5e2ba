import { maybeNumberIn, numberIn, type Tables, type Value } from '../data/tables.ts';
import type { State } from '../row.ts';

/** Which sessions. */
export interface Filter {
  /** Empty: all. */
  readonly prefix: string;
  readonly state: State | undefined;
  readonly provider: string | undefined;
}

/** One of a list. Moments in ms since the epoch. */
export interface Listed {
  readonly key: string;
  readonly session: string;
  readonly generation: number;
  readonly state: State;
  readonly provider: string;
  readonly issuedAt: number;
  readonly expiresAt: number | undefined;
}

/** A page in the order of the keys, after the key `after`; and whether there are more. */
export async function listSessions(
  { query, names }: Tables,
  filter: Filter,
  page: { readonly after: string | undefined; readonly limit: number },
): Promise<{ readonly sessions: readonly Listed[]; readonly hasMore: boolean }> {
  const values: Value[] = [];
  const parameter = (value: Value): string => `$${values.push(value)}`;
  const { prefix, state, provider } = filter;
  const conditions = [
    ...(prefix === '' ? [] : [`key >= ${parameter(prefix)}`, `key < ${parameter(endOf(prefix))}`]),
    ...(page.after === undefined ? [] : [`key > ${parameter(page.after)}`]),
    ...(state === undefined ? [] : [`state = ${parameter(state)}`]),
    ...(provider === undefined ? [] : [`provider = ${parameter(provider)}`]),
  ];
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const rows = await query(
    `select key, session, generation, state, provider, issued_at, expires_at from ${names.schedule}
${where} order by key limit ${parameter(page.limit + 1)}`,
    values,
  );
  const sessions = rows.slice(0, page.limit).map((row) => ({
    key: String(row['key']),
    session: String(row['session']),
    generation: numberIn(row['generation']),
    state: String(row['state']) as State,
    provider: String(row['provider']),
    issuedAt: numberIn(row['issued_at']),
    expiresAt: maybeNumberIn(row['expires_at']),
  }));
  return { sessions, hasMore: rows.length > page.limit };
}

/** What comes after every text that begins so. Keys are ASCII, so there always is such a text. */
const endOf = (prefix: string): string =>
  prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
