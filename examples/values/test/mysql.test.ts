import path from 'node:path';
import { expect, it } from '@jest/globals';
import { createConnection } from 'mysql2/promise';
import { mysqlPool } from '../src/mysql.ts';
import { movableClock } from './support/movable-clock.ts';
import { findProgram, freePort, ownFolder, run, start } from './support/program.ts';
import { withServer } from './support/with-program.ts';

const DEBIAN = ['/usr/sbin'];
const mariadbd = findProgram('mariadbd', DEBIAN);
const install = findProgram('mariadb-install-db', DEBIAN);

async function startMariadb() {
  const [folder, port] = [await ownFolder(), await freePort()];
  const data = path.join(folder, 'data');
  const normal = '--auth-root-authentication-method=normal';
  await run(
    String(install),
    ['--no-defaults', `--datadir=${data}`, normal, '--skip-test-db', '--skip-name-resolve'],
    folder,
  );
  const program = await start(
    String(mariadbd),
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${path.join(folder, 'socket')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--innodb-flush-log-at-trx-commit=0',
    ],
    folder,
    'ready for connections',
  );
  const admin = await createConnection({ socketPath: path.join(folder, 'socket'), user: 'root' });
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
  'mysqlPool and MariaDB',
  { found: mariadbd !== undefined && install !== undefined, debian: 'mariadb-server' },
  startMariadb,
  (server) => {
    it('opens one new pool when the login is refused, and 20 queries succeed', async () => {
      const { admin, port } = server();
      const clock = movableClock();
      await admin.query(`create user app@'127.0.0.1' identified by 'first-password'`);
      let current = 'first-password';
      let asked = 0;
      const pool = mysqlPool(
        async () => {
          asked++;
          return { user: 'app', password: current };
        },
        { host: '127.0.0.1', port, connectionLimit: 5 },
        clock,
      );
      const query = async (): Promise<unknown> =>
        (await pool.use((one) => one.query('select current_user() as who')))[0];
      expect(await query()).toEqual([{ who: 'app@127.0.0.1' }]);
      await admin.query(`alter user app@'127.0.0.1' identified by 'second-password'`);
      current = 'second-password';
      // Those that are open stay so: what asks for a new one is refused, with error 1045.
      clock.move(2000);
      const answers = await Promise.all(Array.from({ length: 20 }, query));
      expect(answers).toEqual(Array.from({ length: 20 }, () => [{ who: 'app@127.0.0.1' }]));
      expect(asked).toBe(2);
      await pool.close();
    });
  },
);
