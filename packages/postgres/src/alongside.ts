import type { SessionRecord } from 'unexpired';
import { check, ignoreRejection, type Kind, unless } from 'unexpired/adapter';

/** A statement with its parameters. */
export interface PostgresStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The statements for this record, checked. Throws a `TypeError` that says that nothing was written. */
export function statementsBeside(
  alongside: ((record: SessionRecord) => readonly PostgresStatement[]) | undefined,
  record: SessionRecord,
): readonly PostgresStatement[] {
  if (alongside === undefined) return [];
  const given = ignoreRejection(alongside(record));
  try {
    check('postgresStore: alongside', given, isList);
    for (const statement of given) check('postgresStore: alongside', statement, isStatement);
  } catch (error) {
    throw Object.assign(error as TypeError, { delivery: 'answered' as const });
  }
  return given;
}

const isList: Kind = (value) =>
  unless(Array.isArray(value), 'a list of statements, given at once', value);

const isStatement: Kind = (value) => {
  const { text, values } = (value ?? {}) as Partial<PostgresStatement>;
  const fits = typeof text === 'string' && Array.isArray(values);
  return unless(fits, 'a statement { text, values }', value);
};
