/** What a statement may be given. */
export type Value = string | number | null;
export type Rows = readonly Readonly<Record<string, unknown>>[];
/** One statement with its parameters `$1`, `$2` and so on; gives its rows. Rejects with a `TokenError`. */
export type Query = (text: string, values?: readonly Value[]) => Promise<Rows>;

/** What the two databases say differently. */
export interface Dialect {
  /** Ms since the epoch, at this moment, on the database's clock: the same for all replicas. */
  readonly now: string;
  /** Is that clock another one than this machine's? */
  readonly isElsewhere: boolean;
  /** Orders changes: what a row is marked with when it is written. */
  readonly change: string;
  /** Passes over rows that somebody else is just claiming. */
  readonly skipLocked: string;
  /** From where changes have to be read after this moment: what is written before it is visible now. As a text. */
  readonly position: string;
  /** Such a text, to be compared with what rows are marked with. */
  readonly positionOf: (parameter: string) => string;
  /** Where a statement beside the write of a session takes its one row from. */
  readonly written: string;
  /** Rows out of a text of JSON that is a list of objects, with these members of these types. */
  readonly rowsOf: (
    parameter: string,
    types: Readonly<Record<string, 'text' | 'bigint'>>,
  ) => string;
}

/** The tables beside the sessions, as they are quoted. */
export interface Names {
  readonly schedule: string;
  readonly provider: string;
  readonly replica: string;
  readonly version: string;
  readonly audit: string;
}

/** The tables that the service keeps beside the sessions, and how they are asked. */
export interface Tables {
  readonly query: Query;
  readonly dialect: Dialect;
  readonly names: Names;
  /** Resolves when they are there, in a version that this service may write. Asked again after a failure. */
  ready(): Promise<void>;
  /** Wakes the other replicas, where that is possible. */
  readonly signal?: Signal | undefined;
}

export interface Signal {
  send(): void;
  hear(wake: () => void): () => void;
}

const TABLE = 'unexpired_sessions';
const PART = '[A-Za-z_][A-Za-z0-9_$]{0,39}';
const NAME = new RegExp(`^(?:${PART}\\.)?${PART}$`);

/** Each begins with the name of the table of sessions. Throws a `TypeError` for one that is none, or too long to have something added. */
export function namesOf(where: string, table: string = TABLE): Names {
  if (typeof table !== 'string' || !NAME.test(table))
    throw new TypeError(
      `${where}: table: expected a name of at most 40 letters, digits and _, with or without a schema before it`,
    );
  const named = (what: string): string =>
    `${table}_${what}`
      .split('.')
      .map((part) => `"${part}"`)
      .join('.');
  return {
    schedule: named('schedule'),
    provider: named('provider_state'),
    replica: named('replica'),
    version: named('schema_version'),
    audit: named('audit'),
  };
}

/** Of a whole number in a row, which PostgreSQL's driver gives as a text. */
export const numberIn = (value: unknown): number => Number(value);
/** The same where there may be none. */
export const maybeNumberIn = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value);

export const POSTGRES: Dialect = {
  now: '(extract(epoch from clock_timestamp()) * 1000)::bigint',
  isElsewhere: true,
  change: 'pg_current_xact_id()',
  skipLocked: 'for update skip locked',
  // Who began before this one may commit later than one that is read already; nobody who began later is below it.
  position: 'pg_snapshot_xmin(pg_current_snapshot())::text',
  positionOf: (parameter) => `${parameter}::text::xid8`,
  written: 'from written where true',
  rowsOf: (parameter, types) =>
    `json_to_recordset(cast(${parameter} as json)) as r(${Object.entries(types)
      .map((column) => column.join(' '))
      .join(', ')})`,
};

export const sqliteDialect = ({ schedule }: Names): Dialect => ({
  now: `cast((julianday('now') - 2440587.5) * 86400000 as integer)`,
  isElsewhere: false,
  // One writer at a time, and nobody reads what is not committed: what comes later is higher.
  change: `(select coalesce(max(changed), 0) + 1 from ${schedule})`,
  skipLocked: '',
  position: `(select cast(coalesce(max(changed), 0) as text) from ${schedule})`,
  positionOf: (parameter) => `cast(${parameter} as integer)`,
  written: 'where true',
  rowsOf: (parameter, types) =>
    `(select ${Object.keys(types)
      .map((column) => `json_extract(value, '$.${column}') as ${column}`)
      .join(', ')} from json_each(${parameter})) as r`,
});
