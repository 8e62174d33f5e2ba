import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ContractApi, ReceivedRequest } from './adapter-contract/types.ts';

/** Pages of any origin may ask and read. */
const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' };

/**
 * A real API on loopback for `adapterContract`. Paths: `/echo` answers with what it got; `/public` too, without a
 * token; `/never` always says 401; `/scope` says `insufficient_scope`; `/graphql` reports a refused token in a 200;
 * `/redirect?to=` redirects, with the `status` that is asked for, or 302; `/challenge?value=` refuses with a challenge, the good
 * token too with `always`; `/typed?type=&size=` answers 200 with JSON of a type and about a size. The token is accepted as
 * `Authorization: Bearer`, or alone as `X-Api-Token`; once `cookie` is accepted, without either.
 */
export async function startContractApi(): Promise<ContractApi & { close(): Promise<void> }> {
  const requests: ReceivedRequest[] = [];
  const holds = new Map<string, Promise<void>>();
  let watchers: { path: string; count: number; resolve: () => void }[] = [];
  let accepted = '';
  let connections = 0;

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    foreign: boolean,
  ): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'OPTIONS' || pathname === '/favicon.ico') {
      // A browser's own questions are no part of the contract.
      response
        .writeHead(204, { ...CORS, 'access-control-allow-headers': 'authorization, *' })
        .end();
      return;
    }
    const { authorization, accept, 'content-type': contentType } = request.headers;
    const apiToken = request.headers['x-api-token'] as string | undefined;
    const received = {
      method: request.method ?? '',
      path: pathname,
      authorization,
      apiToken,
      accept,
      contentType,
      body: Buffer.concat(chunks).toString('latin1'),
      foreign,
    };
    requests.push(received);
    watchers = watchers.filter((watcher) => {
      if (requests.filter(({ path }) => path === watcher.path).length < watcher.count) return true;
      watcher.resolve();
      return false;
    });
    const good =
      accepted === 'cookie'
        ? authorization === undefined
        : authorization === `Bearer ${accepted}` || apiToken === accepted;
    await holds.get(pathname);

    const reply = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...CORS, ...headers });
      response.end(JSON.stringify(body));
    };
    if (pathname === '/redirect')
      reply(
        Number(searchParams.get('status') ?? 302),
        {},
        { location: String(searchParams.get('to')) },
      );
    else if (pathname === '/scope')
      reply(401, {}, { 'www-authenticate': 'Bearer error="insufficient_scope", scope="admin"' });
    else if (pathname === '/challenge' && (!good || searchParams.has('always')))
      reply(401, {}, { 'www-authenticate': String(searchParams.get('value')) });
    else if (pathname === '/typed')
      reply(
        200,
        { errors: ['x'.repeat(Number(searchParams.get('size') ?? 1))] },
        { 'content-type': String(searchParams.get('type')) },
      );
    else if (pathname === '/graphql')
      reply(200, good ? { data: 1 } : { errors: [{ code: 'UNAUTHENTICATED' }] });
    else if (pathname === '/public' || (good && pathname !== '/never')) reply(200, received);
    else
      reply(
        401,
        { error: 'refused' },
        { 'www-authenticate': 'Bearer realm="api", error="invalid_token"' },
      );
  };

  const listen = async (foreign: boolean): Promise<Server> => {
    const server = createServer((request, response) => {
      // The client went away in the middle of its upload; there is nobody to answer.
      answer(request, response, foreign).catch(() => response.destroy());
    });
    // Else a test that was slow would find the connection of the one before closed just as it sends.
    server.keepAliveTimeout = 0;
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return server;
  };
  const servers = [await listen(false), await listen(true)];
  const [origin, foreignOrigin] = servers.map(
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  ) as [string, string];

  return {
    origin,
    foreignOrigin,
    requests,
    get connections() {
      return connections;
    },
    reset(token) {
      requests.length = 0;
      holds.clear();
      watchers = [];
      accepted = token;
    },
    accept(token) {
      accepted = token;
    },
    hold(path) {
      let release = (): void => undefined;
      holds.set(path, new Promise((resolve) => (release = resolve)));
      return () => {
        holds.delete(path);
        release();
      };
    },
    arrived: (path, count) =>
      new Promise((resolve) => {
        if (requests.filter((request) => request.path === path).length >= count) resolve();
        else watchers.push({ path, count, resolve });
      }),
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}
