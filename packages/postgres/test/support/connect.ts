import { Pool } from 'pg';

/** A pool with few connections, as a process of many has. */
export function poolOn(port: number): Pool {
  const pool = new Pool({
    host: '127.0.0.1',
    port,
    user: 'postgres',
    database: 'postgres',
    max: 3,
  });
  pool.on('error', () => undefined); // an idle connection that was lost is made again
  return pool;
}
