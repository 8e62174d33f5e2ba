import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Clock } from 'unexpired';
import type { SqliteThread } from '@unexpired/sqlite';

/** SQLite in memory, whose own clock is this one. It is asked at once, so that nothing but promises is waited for. */
export function memoryDatabase(clock: Clock): { readonly thread: SqliteThread; close(): void } {
  const database = new DatabaseSync(':memory:');
  database.function('julianday', { varargs: true }, () => clock.now() / 86_400_000 + 2_440_587.5);
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string): StatementSync => {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known;
  };
  const thread: SqliteThread = {
    exec: async (sql) => database.exec(sql),
    run: async (sql, values) => Number(prepared(sql).run(...values).changes),
    get: async (sql, values) => prepared(sql).get(...values),
    all: async (sql, values) => prepared(sql).all(...values),
    async together(first, others) {
      database.exec('begin immediate');
      try {
        const changed = Number(prepared(first.sql).run(...first.values).changes);
        if (changed > 0) for (const { sql, values } of others) prepared(sql).run(...values);
        database.exec('commit');
        return changed;
      } catch (error) {
        database.exec('rollback');
        throw error;
      }
    },
    close: async () => undefined,
  };
  return { thread, close: () => database.close() };
}
