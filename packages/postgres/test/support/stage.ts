import { afterEach, beforeEach } from '@jest/globals';
import { Pool } from 'pg';
import type { PostgresServer } from './postgres-server.ts';
import { createTokenManager, type TokenManager } from 'unexpired';
import { type PostgresLike, postgresSchema, postgresStore } from '../../src/index.ts';
import { poolOn } from './connect.ts';
import { withPostgres } from './with-postgres.ts';

export const KEY = 'session:42';
export const HOUR = 3_600_000;

export const fresh = (number: number) => ({
  accessToken: `access-token-${number}`,
  refreshToken: `refresh-token-${number}`,
  expiresAt: Date.now() + HOUR,
});

export const failureOf = (promise: Promise<unknown> | undefined): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  );

/** What the tests of a store have: a table that is empty, and what is closed after each of them. */
export interface Stage {
  readonly server: () => PostgresServer;
  readonly pool: Pool;
  readonly pools: Set<Pool>;
  readonly managers: Set<TokenManager>;
  /** Called after the test. */
  readonly ends: (() => unknown)[];
  connect(): Pool;
  /** A pool whose connections have these settings, as a role may have them. */
  connectWith(settings: Record<string, string>): Pool;
  managed(own: PostgresLike, refresh?: () => Promise<ReturnType<typeof fresh>>): TokenManager;
  /** Writes this text where a record belongs. */
  put(record: string): Promise<unknown>;
  /** Locks the row for everybody else until it is let go. */
  lockRow(): Promise<() => Promise<unknown>>;
}

export function inPostgres(name: string, tests: (stage: Stage) => void): void {
  withPostgres(name, (server) => {
    let pool: Pool;
    const pools = new Set<Pool>();
    const managers = new Set<TokenManager>();
    const ends: (() => unknown)[] = [];
    const connect = (): Pool => {
      const made = poolOn(server().port);
      pools.add(made);
      return made;
    };
    /** A pool whose connections have these settings, as a role may have them. */
    const connectWith = (settings: Record<string, string>): Pool => {
      const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
      const made = new Pool({
        ...{ host: '127.0.0.1', port: server().port, user: 'postgres', max: 3 },
        options: options.join(' '),
      });
      pools.add(made);
      return made;
    };
    beforeEach(async () => {
      pool = connect();
      await pool.query(`drop table if exists unexpired_sessions; ${postgresSchema()}`);
    });
    afterEach(async () => {
      for (const end of ends.splice(0)) await end();
      await Promise.all([...managers].map((manager) => manager.close()));
      await Promise.all([...pools].map((each) => each.end()));
      managers.clear();
      pools.clear();
    });

    const managed = (own: PostgresLike, refresh = async () => fresh(2)): TokenManager => {
      const made = createTokenManager({ store: postgresStore(own, { key: KEY }), refresh });
      managers.add(made);
      return made;
    };
    const put = (record: string): Promise<unknown> =>
      pool.query('insert into unexpired_sessions (key, record) values ($1, $2)', [KEY, record]);
    /** Locks the row for everybody else until it is let go. */
    const lockRow = async (): Promise<() => Promise<unknown>> => {
      const client = await connect().connect();
      await client.query('begin');
      await client.query('select from unexpired_sessions where key = $1 for update', [KEY]);
      const free = async (): Promise<void> => {
        await client.query('rollback');
        client.release();
      };
      let freeing: Promise<void> | undefined;
      const once = (): Promise<void> => (freeing ??= free());
      ends.push(once);
      return once;
    };

    tests({
      server,
      get pool() {
        return pool;
      },
      pools,
      managers,
      ends,
      connect,
      connectWith,
      managed,
      put,
      lockRow,
    });
  });
}
