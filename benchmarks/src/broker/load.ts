import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Connections that send requests, one at a time each. It computes as little as it can, since the server has the same cores. */
export interface Load {
  /** Sends so many requests for each in turn, over all connections; resolves when all were answered. Rejects for an answer but `status`. */
  send(requests: readonly string[], count: number): Promise<void>;
  close(): void;
}

/** The text of a GET request. */
export const getRequest = (origin: string, path: string, key?: string): string =>
  [
    `GET ${path} HTTP/1.1`,
    `host: ${new URL(origin).host}`,
    ...(key === undefined ? [] : [`authorization: Bearer ${key}`]),
    'accept: */*',
    '\r\n',
  ].join('\r\n');

export async function openLoad(origin: string, connections: number): Promise<Load> {
  const port = Number(new URL(origin).port);
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      return socket;
    }),
  );
  return {
    async send(requests, count) {
      let left = count;
      const next = (): string | undefined =>
        left-- > 0 ? requests[left % requests.length] : undefined;
      await Promise.all(sockets.map((socket) => oneAfterTheOther(socket, next)));
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function oneAfterTheOther(socket: Socket, next: () => string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let read = '';
    const stop = (): void => {
      socket.off('data', take);
      socket.off('close', gone);
    };
    const gone = (): void => {
      stop();
      reject(new Error('The server has closed the connection'));
    };
    const ask = (): void => {
      const request = next();
      if (request !== undefined) return void socket.write(request);
      stop();
      resolve();
    };
    const take = (chunk: Buffer): void => {
      read += chunk.toString('latin1');
      const head = read.indexOf('\r\n\r\n');
      if (head < 0) return;
      const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(read) ?? [];
      if (read.length < head + 4 + Number(length)) return;
      if (!read.startsWith('HTTP/1.1 200 ')) {
        stop();
        return reject(new Error(`The server answered: ${read.slice(0, head)}`));
      }
      read = '';
      ask();
    };
    socket.on('data', take);
    socket.once('close', gone);
    ask();
  });
}
