import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerHttp, REVOCATION_PATH, TOKEN_PATH } from './server/http.ts';
import type { Reply } from './server/reply.ts';
import type { SimulatedServer } from './server/simulated-server.ts';

export { startContractApi } from './contract-api.ts';

/** A simulated server that listens. */
export interface ServedServer {
  readonly origin: string;
  readonly tokenEndpoint: string;
  readonly revocationEndpoint: string;
  /** Stops listening and ends every connection. */
  close(): Promise<void>;
}

/**
 * Puts a simulated server on loopback over HTTP: `POST /token`, `POST /revoke`, and every other path is the API. `refuse`
 * can only close a connection that was accepted: clients see it as lost.
 *
 * @example
 * ```ts
 * import { simulatedServer } from '@unexpired/testing';
 * import { serve } from '@unexpired/testing/node';
 *
 * const { origin, tokenEndpoint, close } = await serve(simulatedServer());
 * await close();
 * ```
 */
export async function serve(
  server: SimulatedServer,
  options: { /** Default is any free one. */ readonly port?: number | undefined } = {},
): Promise<ServedServer> {
  const listener = createServer((request, response) => {
    handle(server, request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;
  return {
    origin,
    tokenEndpoint: origin + TOKEN_PATH,
    revocationEndpoint: origin + REVOCATION_PATH,
    close: () =>
      new Promise((resolve, reject) => {
        listener.close((error) => (error === undefined ? resolve() : reject(error)));
        listener.closeAllConnections();
      }),
  };
}

async function handle(
  server: SimulatedServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  const path = new URL(request.url ?? '/', 'http://loopback').pathname;
  const reply = await answerHttp(
    server,
    { method: request.method ?? 'GET', path, body, authorization: request.headers.authorization },
    gone.signal,
  );
  send(reply, response);
}

function send(reply: Reply, response: ServerResponse): void {
  if (!('status' in reply)) {
    response.destroy();
    return;
  }
  const { status, headers, body, cut } = reply;
  const length = Buffer.byteLength(body) + (cut === true ? 1 : 0);
  response.writeHead(status, { ...headers, 'content-length': length });
  if (cut === true) response.write(body, () => response.destroy());
  else response.end(body);
}
