import { TokenError } from 'unexpired';

const ADVICE: Readonly<Record<string, string>> = {
  '25006': 'this server takes no writes, as a replica does: connect to the primary',
  '28000': 'PostgreSQL refused the login',
  '28P01': 'PostgreSQL refused the password',
  '3D000': 'there is no such database',
  '40001': 'others kept writing the same row',
  '40P01': 'others kept writing the same row',
  '42501': 'this user may not select, insert, update and delete in that table',
  '53100': 'PostgreSQL has no room left on its disk',
  '53300': 'PostgreSQL has no connection left',
  '55P03': 'the row was locked for longer than lock_timeout',
  '57014': 'the statement was cancelled: by statement_timeout, or by an operator',
  '57P01': 'PostgreSQL is being shut down',
  '57P02': 'PostgreSQL has crashed and starts again',
  '57P03': 'PostgreSQL is starting',
};

/** What is asked, as an error names it. */
export interface Named {
  /** The table, quoted. */
  readonly table: string;
  /** What makes it. */
  readonly schema: string;
}

/** Classes of SQLSTATE whose messages speak of connections, names and limits, and quote no values. */
const WITHOUT_VALUES = /^(?:08|28|3D|3F|42|53|54|55|57|58)/;
/** Nothing was written, and trying again does not help: wrong values, a constraint, no table, no right, no room. */
const REFUSED = /^(?:22|23|42|53100)/;
const SQLSTATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/**
 * PostgreSQL could not be asked, which says nothing about whether a lock is held. A copy of what the driver threw: it hangs
 * `detail` on its errors, which quotes rows, and there the tokens are.
 */
export function postgresDown(what: string, table: Named, error: unknown): TokenError {
  const { message, name, code } = membersOf(error);
  const state = typeof code === 'string' && SQLSTATE.test(code) ? code : undefined;
  const why = whyOf(state, table, typeof message === 'string' ? message : '');
  const cause = Object.assign(new Error(why), {
    name: typeof name === 'string' ? name.slice(0, 50) : 'Error',
    ...(typeof code === 'string' && { code }),
  });
  const delivery = state !== undefined && REFUSED.test(state) ? 'answered' : undefined;
  return new TokenError('ERR_REFRESH_UNAVAILABLE', { message: `${what}: ${why}`, cause, delivery });
}

function whyOf(state: string | undefined, { table, schema }: Named, message: string): string {
  if (state === '42P01')
    return `there is no table ${table}: run the statements of ${schema} in a migration`;
  if (state === '42703') return `the table ${table} has other columns than ${schema} gives it`;
  if (state === undefined) return message.slice(0, 200) || 'the connection was lost';
  const advice = ADVICE[state];
  if (advice !== undefined) return advice;
  return WITHOUT_VALUES.test(state)
    ? `${message.slice(0, 200)} (SQLSTATE ${state})`
    : `PostgreSQL refused (SQLSTATE ${state})`;
}

/** Nothing was written, and the same statement may do well the next time: a serialization failure, a deadlock. */
export const isTransient = (error: unknown): boolean =>
  ['40001', '40P01'].includes(String(membersOf(error).code));

/** Whatever was thrown: a getter that throws hides what it has. */
function membersOf(error: unknown): { message?: unknown; name?: unknown; code?: unknown } {
  try {
    const { message, name, code } = (error ?? {}) as Record<string, unknown>;
    return { message, name, code };
  } catch {
    return {};
  }
}
