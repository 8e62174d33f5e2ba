import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConnectionCount } from './ledger.ts';

/** An HTTP server on a free loopback port that counts its TCP connections. */
export interface Listening {
  readonly server: Server;
  readonly origin: string;
  connections(): ConnectionCount;
  /** Stops it, whatever is still open. */
  close(): Promise<void>;
}

export async function listen(listener?: RequestListener): Promise<Listening> {
  const server = createServer(listener);
  let opened = 0;
  let open = 0;
  let atOnce = 0;
  server.on('connection', (socket) => {
    opened += 1;
    open += 1;
    atOnce = Math.max(atOnce, open);
    socket.on('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', 4096, resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    server,
    origin: `http://127.0.0.1:${port}`,
    connections: () => ({ opened, atOnce }),
    close() {
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      });
    },
  };
}
