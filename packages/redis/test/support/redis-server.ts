import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A redis-server that belongs to a test, on a free port of loopback, with its data in a folder of its own. */
export interface RedisServer {
  readonly port: number;
  /** What it saves to: written by SAVE only, and read only where it has no append-only file. */
  readonly dump: string;
  readonly running: boolean;
  /** SIGKILL, and resolves when it is dead. What it had in memory is gone. */
  kill(): Promise<void>;
  /** Starts it again, on the same port, with what is in the dump, or in the append-only file. */
  restart(): Promise<void>;
  /** Removes whatever it would start with. */
  forget(): Promise<void>;
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Kills it and removes its folder. */
  stop(): Promise<void>;
}

/** Where redis-server is; `undefined`: not on this machine. */
export function findRedisServer(): string | undefined {
  const places = (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, 'redis-server'));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** `cluster`: with cluster support; the caller gives it its slots. `appendOnly`: it writes down each command. */
export async function startRedisServer({
  cluster = false,
  appendOnly = false,
} = {}): Promise<RedisServer> {
  const program = findRedisServer();
  if (program === undefined) throw new Error('redis-server is not installed');
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-redis-'));
  const port = await freePort();
  const options = ['--appendonly', appendOnly ? 'yes' : 'no'];
  if (cluster)
    options.push(
      '--cluster-enabled',
      'yes',
      '--cluster-announce-ip',
      '127.0.0.1',
      '--cluster-port',
      String(await freePort()),
    );
  let child = await launch(program, folder, port, options);
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    port,
    dump: path.join(folder, 'dump.rdb'),
    get running() {
      return child.exitCode === null && child.signalCode === null;
    },
    kill,
    async restart() {
      await kill();
      child = await launch(program, folder, port, options);
    },
    async forget() {
      await Promise.all(
        ['dump.rdb', 'appendonlydir'].map((name) =>
          rm(path.join(folder, name), { recursive: true, force: true }),
        ),
      );
    },
    signal: (name) => void child.kill(name),
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function launch(program: string, folder: string, port: number, options: readonly string[]) {
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', folder, ...options],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (output.includes('Ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () =>
      reject(new Error(`redis-server ended before it was ready: ${output}`)),
    );
  });
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
