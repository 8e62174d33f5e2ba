import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Mistake } from '@unexpired/example-command-line';

/** A Redis for this example alone: on a free port of loopback, nothing on disk. */
export async function startRedis(): Promise<{ readonly port: number; stop(): void }> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');

  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', () =>
      reject(
        new Mistake(
          'This example needs redis-server; on Debian and Ubuntu: apt-get install redis-server',
        ),
      ),
    );
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout.on(
      'data',
      (chunk) => void (String(chunk).includes('Ready to accept connections') && resolve()),
    );
  });
  return { port, stop: () => void server.kill('SIGKILL') };
}
