import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Connections that send requests, one at a time each. While it sends it does not sleep: to wake somebody on another core can cost the server
 * more than its answer, and how often it has to would depend on which of the two is the quicker.
 */
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
      let isOver = false;
      const spin = (): void => void (isOver || setImmediate(spin));
      spin();
      try {
        await Promise.all(sockets.map((socket) => oneAfterTheOther(socket, next)));
      } finally {
        isOver = true;
      }
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** The first digit of a status that is one of success. */
const OK = '2'.charCodeAt(0);

function oneAfterTheOther(socket: Socket, next: () => string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let read = '';
    let length = 0;
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
      // Most answers are as long as the one before, and come in one piece.
      if (read === '' && chunk.length === length && chunk[9] === OK) return ask();
      read += chunk.toString('latin1');
      const head = read.indexOf('\r\n\r\n');
      if (head < 0) return;
      const [, body = '0'] = /\r\ncontent-length: (\d+)/i.exec(read) ?? [];
      if (read.length < head + 4 + Number(body)) return;
      if (!read.startsWith('HTTP/1.1 200 ')) {
        stop();
        return reject(new Error(`The server answered: ${read.slice(0, head)}`));
      }
      length = read.length;
      read = '';
      ask();
    };
    socket.on('data', take);
    socket.once('close', gone);
    ask();
  });
}
