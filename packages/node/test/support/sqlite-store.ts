import { DatabaseSync } from 'node:sqlite';
import { type SessionRecord, sharedStore, type TokenStore } from 'unexpired';

/** A row with a version, as a user would write it, and no lock. */
export interface SqliteCell {
  readonly store: TokenStore;
  close(): void;
}

/** Opens the table in the database file, which many processes share. */
export function openSqliteCell(file: string): SqliteCell {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA busy_timeout = 10000');
  db.exec(
    'CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, record TEXT NOT NULL, version INTEGER NOT NULL)',
  );
  const find = db.prepare('SELECT record, version FROM session WHERE id = ?');
  const insert = db.prepare(
    'INSERT INTO session (id, record, version) VALUES (?, ?, 1) ON CONFLICT DO NOTHING',
  );
  const update = db.prepare(
    'UPDATE session SET record = ?, version = version + 1 WHERE id = ? AND version = ?',
  );
  const id = 'user-1';
  return {
    store: sharedStore({
      name: `session:${id}`,
      async read() {
        const row = find.get(id);
        return (
          row && {
            value: JSON.parse(String(row['record'])) as SessionRecord,
            version: String(row['version']),
          }
        );
      },
      async write(record, expected) {
        const text = JSON.stringify(record);
        if (expected === undefined) return insert.run(id, text).changes === 1 ? '1' : undefined;
        const { changes } = update.run(text, id, Number(expected));
        return changes === 1 ? String(Number(expected) + 1) : undefined;
      },
    }),
    close: () => db.close(),
  };
}
