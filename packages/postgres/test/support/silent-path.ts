import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a PostgreSQL whose connections go silent, as where a router forgets them: neither side is told. */
export interface SilentPath {
  readonly port: number;
  /** The connections that there are carry nothing from now on; those that come later do. */
  silence(): void;
  /** A connection on which this is sent goes silent before it; `undefined`: none does any more. */
  silenceAt(text: string | undefined): void;
  /** How many connections have gone silent. */
  readonly silenced: () => number;
  close(): Promise<void>;
}

export async function startSilentPath(behind: number): Promise<SilentPath> {
  const sockets = new Set<Socket>();
  const audible = new Set<Socket>();
  let silenced = 0;
  let last: string | undefined;
  const hush = (socket: Socket): void => void (audible.delete(socket) && silenced++);
  const server = createServer((near) => {
    const far = connect(behind, '127.0.0.1');
    audible.add(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined); // it closes then
      socket.on('close', () => {
        sockets.delete(socket);
        audible.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (data) => {
      if (last !== undefined && data.includes(last)) hush(near);
      if (audible.has(near)) far.write(data);
    });
    far.on('data', (data) => audible.has(near) && near.write(data));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      for (const near of audible) hush(near);
    },
    silenceAt: (text) => void (last = text),
    silenced: () => silenced,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
