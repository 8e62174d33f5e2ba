import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';

export const pool = new Pool({ connectionString: process.env.DATABASE_URL, allowExitOnIdle: true });
export const db = drizzle(pool);

// What a migration of Drizzle's makes of the table of the page.
await pool.query(
  'create table if not exists connections (id text primary key, session jsonb, version integer not null default 0)',
);
