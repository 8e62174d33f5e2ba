import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram } from './find-program.ts';

/** A PostgreSQL that belongs to a test, on a free port of loopback, with its data in a folder of its own. */
export interface PostgresServer {
  readonly port: number;
  /** PgBouncer in transaction mode before it, with few connections; started when it is asked for the first time. */
  bouncer(): Promise<number>;
  /** Ends at once, as in a crash, and resolves when it has. */
  crash(): Promise<void>;
  /** Starts it again, on the same port, with what was committed. */
  restart(): Promise<void>;
  /** Ends everything and removes the folder. */
  stop(): Promise<void>;
}

const SETTINGS = {
  fsync: 'off', // it dies with its test, or its process does; the machine does not
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '16MB',
  max_connections: '300',
  lc_messages: 'C',
};

export async function startPostgresServer(): Promise<PostgresServer> {
  const [postgres, initdb] = [findProgram('postgres'), findProgram('initdb')];
  if (postgres === undefined || initdb === undefined)
    throw new Error('PostgreSQL is not installed');
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-postgres-'));
  const user = notRoot();
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  const data = path.join(folder, 'data');
  execFileSync(
    initdb,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: folder, stdio: 'ignore' },
  );
  const port = await freePort();
  const settings = Object.entries({ ...SETTINGS, port }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const launch = (): Promise<ChildProcess> =>
    launched(postgres, ['-D', data, ...settings], { ...user, cwd: folder }, 'ready to accept');
  let server = await launch();
  let bouncer: Promise<{ port: number; child: ChildProcess }> | undefined;

  return {
    port,
    async bouncer() {
      bouncer ??= startBouncer(folder, port, user);
      return (await bouncer).port;
    },
    crash: () => ended(server, 'SIGQUIT'),
    async restart() {
      await ended(server, 'SIGQUIT');
      server = await launch();
    },
    async stop() {
      if (bouncer !== undefined) await ended((await bouncer).child, 'SIGKILL');
      await ended(server, 'SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startBouncer(folder: string, behind: number, user: User | undefined) {
  const program = findProgram('pgbouncer');
  if (program === undefined) throw new Error('PgBouncer is not installed');
  const port = await freePort();
  const file = path.join(folder, 'pgbouncer.ini');
  await writeFile(
    file,
    `[databases]
* = host=127.0.0.1 port=${behind} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 3
max_client_conn = 1000
ignore_startup_parameters = extra_float_digits
`,
  );
  if (user !== undefined) chownSync(file, user.uid, user.gid);
  const child = await launched(program, [file], { ...user, cwd: folder }, 'process up');
  return { port, child };
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Both programs refuse to run as root. */
function notRoot(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (what: '-u' | '-g'): number =>
    Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function launched(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string },
  ready: string,
): Promise<ChildProcess> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      output += chunk;
      if (output.includes(ready)) resolve();
      output = output.slice(-10_000); // the end, because each who asks while it recovers from a crash gets a line
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${program} ended before it was ready: ${output}`)));
  });
  return child;
}

async function ended(child: ChildProcess, signal: 'SIGQUIT' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
