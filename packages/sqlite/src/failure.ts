import { TokenError } from 'unexpired';

/** Primary result codes of SQLite, by which all three drivers can be understood. */
const CODES: Readonly<Record<number, string>> = {
  1: 'ERROR',
  5: 'BUSY',
  6: 'LOCKED',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  19: 'CONSTRAINT',
  26: 'NOTADB',
};
const ADVICE: Readonly<Record<string, string>> = {
  BUSY: 'another process has been writing for too long',
  LOCKED: 'another connection of this process has been writing for too long',
  READONLY: 'the file, or the folder that it is in, may not be written',
  IOERR: 'the disk cannot be read or written',
  CORRUPT: 'the file is damaged',
  FULL: 'the disk is full',
  CANTOPEN: 'the file cannot be opened',
  NOTADB: 'the file is not a database',
};

/** Nothing was written, and trying again does not help. */
const REFUSED = new Set(['ERROR', 'READONLY', 'FULL', 'CONSTRAINT']);

/** The primary result code of what a driver threw: better-sqlite3 and Bun name it, `node:sqlite` and Bun number it. */
function codeOf({ code, errcode, errno }: Readonly<Record<string, unknown>>): string | undefined {
  const named = typeof code === 'string' ? /^SQLITE_([A-Z]+)/.exec(code)?.[1] : undefined;
  if (named !== undefined) return named;
  const number = code === 'ERR_SQLITE_ERROR' ? errcode : errno;
  if (typeof number !== 'number' || number < 0) return undefined;
  return CODES[number & 0xff] ?? String(number);
}

const membersOf = (error: unknown): Readonly<Record<string, unknown>> =>
  (error ?? {}) as Readonly<Record<string, unknown>>;

/** Somebody else is writing: nothing was done, and the next try may do well. */
export const isBusy = (error: unknown): boolean =>
  ['BUSY', 'LOCKED'].includes(codeOf(membersOf(error)) ?? '');

/** Where a table is asked for that was made before, somebody has dropped it, or this is another database. */
export const isTableGone = (error: unknown): boolean => {
  const { message } = membersOf(error);
  return codeOf(membersOf(error)) === 'ERROR' && String(message).startsWith('no such table');
};

/** The database could not be asked. A copy of what the driver threw, without what a trigger or a constraint may quote. */
export function sqliteDown(what: string, table: string, error: unknown): TokenError {
  const { message, name, code } = membersOf(error);
  const text = typeof message === 'string' ? message.slice(0, 200) : '';
  const known = codeOf(membersOf(error));
  const why = whyOf(known, table, text, code);
  const cause = Object.assign(new Error(why), {
    name: typeof name === 'string' ? name : 'Error',
    ...(known !== undefined && { code: `SQLITE_${known}` }),
  });
  const delivery = known !== undefined && REFUSED.has(known) ? 'answered' : undefined;
  return new TokenError('ERR_REFRESH_UNAVAILABLE', { message: `${what}: ${why}`, cause, delivery });
}

function whyOf(known: string | undefined, table: string, text: string, code: unknown): string {
  if (code === 'ERR_UNKNOWN_BUILTIN_MODULE')
    return 'this Node has no node:sqlite, which came with 22.13: give a database of better-sqlite3';
  if (known === undefined) return text || 'the database gave no reason';
  if (known === 'ERROR')
    return /no (?:such )?column|no column named/.test(text)
      ? `the table ${table} is somebody else's: it has other columns`
      : text;
  return ADVICE[known] ?? `SQLite refused (SQLITE_${known})`;
}
