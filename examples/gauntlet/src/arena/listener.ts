import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server on loopback that can be ended, and started again at the same address. */
export interface Listener {
  readonly server: Server;
  readonly origin: string;
  /** Its connections are cut, and new ones are refused. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Listens on any port, or on one that nobody else is given while it is stopped. */
export async function openListener(port: 'any' | 'of its own' = 'any'): Promise<Listener> {
  const server = createServer();
  await (port === 'any' ? listen(server, 0) : listenFrom(server, ownPort()));
  const own = (server.address() as AddressInfo).port;
  return {
    server,
    origin: `http://127.0.0.1:${own}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
    start: () => listen(server, own),
  };
}

/** Below those that systems give to who asks for any, or for none; another one in each process that runs at the same time. */
const ownPort = (): number => 20_000 + (process.pid % 12_000);

async function listenFrom(server: Server, port: number): Promise<void> {
  try {
    await listen(server, port);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    await listenFrom(server, port + 1);
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', 4096, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
