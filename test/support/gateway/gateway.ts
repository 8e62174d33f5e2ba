import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a gateway adds to the 401 that it gives itself. */
export type Headers401 = 'as the recipe says' | 'without exposed headers' | 'none';

const HEADERS: Readonly<Record<Headers401, Record<string, string>>> = {
  'as the recipe says': {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
  },
  'without exposed headers': { 'access-control-allow-origin': '*' },
  none: {},
};

/**
 * An API behind a gateway, of another origin than `page`, which is an empty one: what the API answers may be read from there;
 * of a 401 the gateway says so as `headers` has it. `/scope` is refused for want of a scope, whatever the token.
 */
export async function startGateway(): Promise<{
  readonly page: string;
  readonly api: string;
  headers: Headers401;
  /** Requests that were answered, preflights left out. */
  answered: number;
  close(): Promise<void>;
}> {
  const refuse = (response: ServerResponse, challenge: string): void => {
    response.writeHead(401, { 'www-authenticate': challenge, ...HEADERS[gateway.headers] }).end();
  };
  const server = createServer((request, response) => {
    if (request.url === '/page') {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>');
    } else if (request.method === 'OPTIONS') {
      response
        .writeHead(204, {
          'access-control-allow-origin': '*',
          // Newer versions of axios set the second one in their fetch adapter, and Firefox sends it.
          'access-control-allow-headers': 'authorization, user-agent',
        })
        .end();
    } else {
      gateway.answered++;
      if (request.url === '/scope') refuse(response, 'Bearer error="insufficient_scope"');
      else if (request.headers.authorization !== 'Bearer good')
        refuse(response, 'Bearer error="invalid_token"');
      else response.writeHead(200, { 'access-control-allow-origin': '*' }).end('{}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gateway = {
    page: `http://127.0.0.1:${port}/page`,
    api: `http://localhost:${port}`,
    headers: 'none' as Headers401,
    answered: 0,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return gateway;
}
