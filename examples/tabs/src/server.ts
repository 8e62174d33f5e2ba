import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulatedFetch, simulatedServer } from '@unexpired/testing';
import { loadFiles } from './files.ts';
import { createGuestBook, type Seen } from './seen.ts';

/** Ms that an access token lasts: short, so that there is something to see. */
const LIFETIME = 10_000;
/** Where the simulated server believes to be. */
const ORIGIN = 'http://example.test';

/** The whole back end: page, sign-in, token endpoint and API, all of one origin. */
export async function startServer(
  port: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const files = await loadFiles();
  const authorization = simulatedServer({ mode: 'revokes', accessTokenLifetime: LIFETIME });
  const forward = simulatedFetch(authorization);
  const guests = createGuestBook();
  let tabs = 0;

  const seen = (): Seen => {
    const { rotations, reuseDetections, apiRequests, apiRefusals } = authorization.counters;
    return {
      refreshes: guests.refreshes,
      counts: {
        refreshes: rotations,
        reused: reuseDetections,
        requests: apiRequests,
        refused: apiRefusals,
      },
      tabs: guests.tabs(Date.now()),
    };
  };

  const own: Readonly<Record<string, (query: URLSearchParams) => unknown>> = {
    'POST /join': () => ({ tab: String(++tabs) }),
    'POST /login': () => authorization.login(),
    'POST /end-access-tokens': () => authorization.endAccessTokens(),
    'GET /seen': (query) => {
      guests.present(query.get('tab') ?? '', Date.now());
      return seen();
    },
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', headers } = request;
    const { pathname, searchParams } = new URL(request.url ?? '/', ORIGIN);
    const file = files.get(pathname);
    const action = own[`${method} ${pathname}`];
    if (file !== undefined) response.writeHead(200, { 'content-type': file.type }).end(file.text);
    else if (action !== undefined) {
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(action(searchParams) ?? {}));
    } else {
      const body = method === 'POST' ? new URLSearchParams(await textOf(request)) : undefined;
      const signed =
        headers.authorization === undefined ? {} : { authorization: headers.authorization };
      const reply = await forward(`${ORIGIN}${pathname}`, {
        method,
        headers: signed,
        ...(body && { body }),
      });
      if (pathname === '/token') guests.refreshed(body?.get('tab') ?? '?', reply.ok);
      response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(await reply.text());
    }
  };

  const listener = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
