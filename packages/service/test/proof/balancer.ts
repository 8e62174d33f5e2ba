import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A balancer of TCP connections: in turn, and the next one where a connection is refused. It knows nothing else. */
export interface Balancer {
  readonly port: number;
  /** Where connections of this place go to from now on. */
  point(place: number, port: number): void;
  stop(): Promise<void>;
}

export async function startBalancer(): Promise<Balancer> {
  const ports: number[] = [];
  const open = new Set<Socket>();
  let turn = 0;
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  };
  const reach = (client: Socket, left: readonly number[]): void => {
    const [port, ...others] = left;
    if (port === undefined) return void client.resetAndDestroy();
    const behind = connect(port, '127.0.0.1');
    keep(behind);
    let isConnected = false;
    behind.on('error', () => (isConnected ? client.resetAndDestroy() : reach(client, others)));
    behind.on('connect', () => {
      // A port that nobody listens on any more may be given to the very socket that connects to it.
      if (behind.localPort === port) return void behind.destroy(new Error('refused'));
      isConnected = true;
      client.on('close', () => behind.destroy());
      behind.on('close', () => client.end());
      client.pipe(behind).pipe(client);
    });
  };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    keep(client);
    client.on('error', () => undefined); // whoever has gone needs no answer
    const first = turn++ % ports.length;
    reach(client, [...ports.slice(first), ...ports.slice(0, first)]);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    point: (place, port) => void (ports[place] = port),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
