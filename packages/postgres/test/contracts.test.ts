import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LockPlace, lockContract, storeContract } from '@unexpired/testing';
import type { Pool } from 'pg';
import {
  type PostgresLike,
  type PostgresOptions,
  postgresLock,
  postgresSchema,
  postgresStore,
} from '../src/index.ts';
import { poolOn } from './support/connect.ts';
import type { PostgresServer } from './support/postgres-server.ts';
import { start } from './support/programs.ts';
import { withPostgres } from './support/with-postgres.ts';

/** Ms: a third of it is over before the next renewal, so that a busy machine has 4 s for that. */
const lease = 6000;
/** Ms: that of a process which is killed, and has to run out. Its process has nothing else to do than to renew it, in 2 s. */
const shortLease = 3000;
/** Ms: a busy machine may take long to start a program. */
const timeout = 15_000;

interface Way {
  readonly port: (server: PostgresServer) => number | Promise<number>;
  readonly options: (pool: Pool) => Pick<PostgresOptions, 'direct'>;
}

withPostgres('the contracts', (server) => {
  describe.each<[string, Way]>([
    ['direct, with NOTIFY', { port: ({ port }) => port, options: (direct) => ({ direct }) }],
    [
      'through PgBouncer in transaction mode',
      { port: ({ bouncer }) => bouncer(), options: () => ({}) },
    ],
  ])('%s', (_way, way) => {
    let port = 0;
    let places = 0;
    const pools = new Set<Pool>();
    const connect = (to = port): Pool => {
      const pool = poolOn(to);
      pools.add(pool);
      return pool;
    };
    const closeAll = async (): Promise<void> => {
      await Promise.all([...pools].map((pool) => pool.end()));
      pools.clear();
    };
    beforeAll(async () => {
      port = await way.port(server());
      await connect().query(postgresSchema());
    });
    afterAll(closeAll);

    storeContract(
      { describe, it },
      {
        name: 'postgresStore',
        timeout,
        async create() {
          const key = `contract ${++places} {ü*?'"}`;
          return {
            open() {
              const pool = connect();
              return postgresStore(pool, { key, ...way.options(pool) });
            },
            close: closeAll,
          };
        },
      },
    );

    lockContract(
      { describe, it },
      {
        name: 'postgresLock',
        timeout,
        async create() {
          await connect().query('truncate unexpired_sessions');
          return {
            open() {
              const pool = connect();
              return postgresLock(pool, { lease, ...way.options(pool) });
            },
            close: closeAll,
          };
        },
        async holdElsewhere(_place: LockPlace, name) {
          const program = start('lock-holder', [JSON.stringify({ port, name, lease: shortLease })]);
          await program.next('held');
          return program.kill;
        },
        async counting() {
          const pool = connect();
          let asked = 0;
          const counted: PostgresLike = {
            query: (text, values) => (asked++, pool.query(text, values)),
          };
          return { lock: postgresLock(counted, { lease }), asked: () => asked };
        },
        loseLease: async (_place, name) =>
          void (await connect().query('delete from unexpired_sessions where key = $1', [
            `lock:${name}`,
          ])),
        down: async () => postgresLock(connect(1)), // nobody listens there
      },
    );

    it('leave no row behind that was there for a lock alone', async () => {
      await postgresLock(connect()).request('one', {}, async () => undefined);
      const { rows } = await connect().query(
        'select key from unexpired_sessions where record is null',
      );
      expect(rows).toEqual([]);
    });
  });
});
