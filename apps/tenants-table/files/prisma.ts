// What `prisma generate` would give for the model of the page, as far as it is used: on SQLite, for several processes.
import { DatabaseSync } from 'node:sqlite';

interface Row {
  id: string;
  session: unknown;
  version: number;
}

const database = new DatabaseSync('tenants.sqlite');
database.exec('PRAGMA busy_timeout = 5000');
database.exec(
  'CREATE TABLE IF NOT EXISTS Connection (id TEXT PRIMARY KEY, session TEXT, version INTEGER NOT NULL DEFAULT 0)',
);

export const prisma = {
  connection: {
    async upsert({ where: { id } }: { where: { id: string } }) {
      database.prepare('INSERT OR IGNORE INTO Connection (id) VALUES (?)').run(id);
    },
    async findUnique({ where: { id } }: { where: { id: string } }): Promise<Row | null> {
      const row = database.prepare('SELECT version, session FROM Connection WHERE id = ?').get(id);
      if (!row) return null;
      return { id, version: Number(row.version), session: JSON.parse(String(row.session)) };
    },
    async updateMany({
      where: { id, version },
      data,
    }: {
      where: { id: string; version: number };
      data: { session: unknown; version: number };
    }) {
      const { changes } = database
        .prepare('UPDATE Connection SET session = ?, version = ? WHERE id = ? AND version = ?')
        .run(JSON.stringify(data.session), data.version, id, version);
      return { count: Number(changes) };
    },
  },
};
