import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Configuration } from './configuration.ts';

export interface Listener {
  /** The port, which the system has chosen for 0. */
  readonly port: number;
  /** `http://host:port`. */
  readonly origin: string;
  /** Takes no more connections, and resolves when none is left: after `limit` ms all are cut. */
  stop(limit: number): Promise<void>;
}

/** `remote`: the other end of the connection. */
type Fetch = (request: Request, remote: string | undefined) => Response | Promise<Response>;

/** Answers a request before it becomes a `Request`; `false`: it has not touched it. */
type Quick = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;

/** How often the limits of time are looked at, in ms: a slow client is cut that much later. */
const LOOK = 1000;

/** Listens with limits on slow clients and large headers. Rejects with Node's error where that cannot be. */
export async function listen(
  fetch: Fetch,
  { host, port }: { readonly host: string; readonly port: number },
  { headerBytes, headersWithin, requestWithin, connections }: Configuration['limits'],
  quick: Quick = () => false,
): Promise<Listener> {
  const server = createAdaptorServer({
    fetch: (request, { incoming }) => fetch(request, incoming.socket?.remoteAddress),
    createServer: ((options: ServerOptions, listener: RequestListener) =>
      createServer(options, (incoming, outgoing) => {
        if (!quick(incoming, outgoing)) listener(incoming, outgoing);
      })) as typeof createServer,
    serverOptions: {
      maxHeaderSize: headerBytes,
      headersTimeout: Math.min(headersWithin, requestWithin),
      requestTimeout: requestWithin,
      connectionsCheckingInterval: Math.min(LOOK, headersWithin),
      optimizeEmptyRequests: true, // no stream for a body that there is not: it was a tenth of a read
    },
  }) as Server;
  server.maxConnections = connections;
  server.listen(port, host);
  await once(server, 'listening');
  const { port: chosen } = server.address() as AddressInfo;
  return {
    port: chosen,
    origin: `http://${isIPv6(host) ? `[${host}]` : host}:${chosen}`,
    stop: (limit) => stop(server, limit),
  };
}

async function stop(server: Server, limit: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection that was busy is idle once it was answered, and would be kept alive.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), limit);
  try {
    await closed;
  } finally {
    clearInterval(idle);
    clearTimeout(cut);
  }
}
