import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { backEnd, type Policy } from './back-end.ts';
import type { Seen } from './sessions.ts';

/** The back end of an app, on loopback. Each refresh token works once; a second use ends its session. */
export interface Server {
  readonly origin: string;
  readonly seen: Seen;
  /** What it answers to a GET of this path, to anybody. */
  readonly files: Map<string, { readonly type: string; readonly text: string }>;
  close(): Promise<void>;
}

export async function startServer(policy: Policy): Promise<Server> {
  const { seen, answer } = backEnd(policy);
  const files: Server['files'] = new Map();
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const file = files.get(request.url ?? '');
    if (file) {
      response.writeHead(200, { 'content-type': file.type }).end(file.text);
      return;
    }
    const [status, body, headers] = await answer(request, origin);
    const type = { 'content-type': 'application/json' };
    response.writeHead(status, { ...type, ...headers }).end(JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      process.stderr.write(`the back end failed: ${String(error)}\n`);
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    seen,
    files,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
