import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { Client } from 'pg';
import { renewable } from 'unexpired/renewable';
import { postgresPool } from '../src/postgres.ts';
import { isRefusedLogin } from '../src/refusals.ts';
import { movableClock } from './support/movable-clock.ts';
import { findProgram, freePort, ownFolder, run, start } from './support/program.ts';
import { withServer } from './support/with-program.ts';

const DEBIAN = ['/usr/lib/postgresql/*/bin'];
const initdb = findProgram('initdb', DEBIAN);
const postgres = findProgram('postgres', DEBIAN);
const ADMIN = 'admin-password';

async function startPostgres() {
  const [folder, port] = [await ownFolder(), await freePort()];
  const secret = path.join(folder, 'secret');
  await writeFile(secret, ADMIN, { mode: 0o644 });
  const data = path.join(folder, 'data');
  await run(
    String(initdb),
    ['-D', data, '-U', 'admin', '-A', 'scram-sha-256', `--pwfile=${secret}`, '--no-sync'],
    folder,
  );
  const settings = Object.entries({
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    max_connections: '50',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const program = await start(
    String(postgres),
    ['-D', data, ...settings],
    folder,
    'ready to accept connections',
  );
  const admin = new Client({
    host: '127.0.0.1',
    port,
    user: 'admin',
    password: ADMIN,
    database: 'postgres',
  });
  await admin.connect();
  return {
    port,
    admin,
    async stop() {
      await admin.end();
      await program.stop();
    },
  };
}

withServer(
  'postgresPool and PostgreSQL with SCRAM',
  { found: initdb !== undefined && postgres !== undefined, debian: 'postgresql' },
  startPostgres,
  (server) => {
    const setPassword = (password: string): Promise<unknown> =>
      server().admin.query(`alter role app password '${password}'`);

    it('goes on when the password changes while 30 connections are opened, with one new password for all', async () => {
      await server().admin.query(`create role app login password 'first-password'`);
      let current = 'first-password';
      let asked = 0;
      const clock = movableClock();
      const password = renewable({
        async acquire() {
          asked++;
          return { value: current };
        },
        isRejected: isRefusedLogin,
        clock,
      });
      const { port } = server();
      const pool = postgresPool(
        async () => current,
        { host: '127.0.0.1', port, user: 'app', database: 'postgres', max: 30 },
        password,
      );
      const first = await pool.connect();
      first.release();
      clock.move(2000); // within a second of its making a password is not replaced
      const connecting = Array.from({ length: 30 }, () => pool.connect());
      await setPassword('second-password');
      current = 'second-password';
      const clients = await Promise.all(connecting);
      const answers = await Promise.all(clients.map((client) => client.query('select 1 as one')));
      expect(answers.map(({ rows }) => rows[0].one)).toEqual(Array(30).fill(1));
      expect(asked).toBeLessThanOrEqual(2);

      // The next connections are refused with the old one for sure: the pool is emptied.
      clients.forEach((client) => client.release(true));
      await setPassword('third-password');
      current = 'third-password';
      clock.move(2000);
      const before = asked;
      const again = await Promise.all(Array.from({ length: 30 }, () => pool.connect()));
      expect(asked - before).toBe(1);
      again.forEach((client) => client.release());
      await pool.close();
    });

    it('goes on when the server ends an idle connection', async () => {
      const { admin, port } = server();
      await admin.query(`create role idle login password 'a-password'`);
      const pool = postgresPool(async () => 'a-password', {
        host: '127.0.0.1',
        port,
        user: 'idle',
        database: 'postgres',
        max: 1,
      });
      const first = await pool.connect();
      const ended = new Promise<void>((resolve) => first.once('end', resolve));
      first.release();
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'idle'`,
      );
      await ended;
      const second = await pool.connect();
      expect((await second.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      second.release();
      await pool.close();
    });
  },
);
