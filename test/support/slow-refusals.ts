import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SlowRefusals {
  readonly origin: string;
  /** Connections opened so far. */
  readonly connections: number;
  readonly requests: number;
  close(): Promise<void>;
}

/**
 * A new API that refuses all but `Bearer good`, and, as over a network, sends the body of a refusal after its head: a client
 * that cancels it loses the connection. New, because a client keeps the connections of an older one.
 */
export async function startSlowRefusals(): Promise<SlowRefusals> {
  let connections = 0;
  let requests = 0;
  const server = createServer(({ headers }, response) => {
    requests++;
    if (headers.authorization === 'Bearer good') response.end('{}');
    else {
      response.writeHead(401).flushHeaders();
      setTimeout(() => response.end('{"error":"refused"}'), 5);
    }
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    get requests() {
      return requests;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
