import type { SessionRecord } from 'unexpired';
import { check, ignoreRejection, type Kind, unless } from 'unexpired/adapter';
import type { SqliteStatement } from './sqlite-like.ts';

/**
 * The statements for this record, checked before anything is sent: what a driver says of a wrong one sounds as if another try
 * might do. Throws a `TypeError` that says that nothing was written.
 */
export function statementsBeside(
  alongside: ((record: SessionRecord) => readonly SqliteStatement[]) | undefined,
  record: SessionRecord,
): readonly SqliteStatement[] {
  if (alongside === undefined) return [];
  const given = ignoreRejection(alongside(record));
  try {
    verify(given, isList);
    for (const statement of given) {
      verify(statement, isStatement);
      for (const value of statement.values) verify(value, isValue);
    }
  } catch (error) {
    throw Object.assign(error as TypeError, { delivery: 'answered' as const });
  }
  return given;
}

const verify = (value: unknown, kind: Kind): void => check('sqliteStore: alongside', value, kind);

const isList: Kind = (value) =>
  unless(Array.isArray(value), 'a list of statements, given at once', value);

const isStatement: Kind = (value) => {
  const { sql, values } = (value ?? {}) as Partial<SqliteStatement>;
  const fits = typeof sql === 'string' && Array.isArray(values);
  return unless(fits, 'a statement { sql, values }', value);
};

/** Large integers and bytes are more than is promised, but all drivers take them. */
const isValue: Kind = (value) =>
  unless(
    value === null ||
      ['string', 'number', 'bigint'].includes(typeof value) ||
      ArrayBuffer.isView(value),
    'a text, a number or null as a value',
    value,
  );
