// How many connections a burst of refused requests opens on a real server. A 401's body that is not read to its end
// keeps its connection busy, and one that is cancelled closes it: each replay then opens another one.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAuthFetch } from '@unexpired/fetch';
import { createTokenManager } from 'unexpired';
import { median } from './support/median.ts';
import { printTable, whole } from './support/print.ts';

const BURSTS = [10, 100];
const ROUNDS = 7;
const refusal = JSON.stringify({
  error: 'invalid_token',
  message: 'The access token expired. '.repeat(10),
});

type Send = (url: string) => Promise<Response>;

/** A new server for each round, so that no connection is left over from another one. */
async function socketsFor(burst: number, makeSend: (origin: string) => Send): Promise<number> {
  let sockets = 0;
  const server = createServer((request, response) => {
    const refused = request.headers.authorization !== 'Bearer new';
    response.writeHead(refused ? 401 : 200, { 'content-type': 'application/json' });
    response.flushHeaders();
    setTimeout(() => response.end(refused ? refusal : '{"ok":true}'), 5); // a network away, the body does not come with the head
  });
  server.on('connection', () => sockets++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const send = makeSend(origin);
  const bodies = await Promise.all(
    Array.from({ length: burst }, async (_, index) => {
      const response = await send(`${origin}/items/${index}`);
      if (response.status !== 200)
        throw new Error(`The replay was answered with ${response.status}`);
      return response.json();
    }),
  );
  if (bodies.length !== burst) throw new Error('Some requests were not answered');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return sockets;
}

const ours = (origin: string): Send => {
  const tokens = createTokenManager({
    tokens: { accessToken: 'old', refreshToken: 'r-1' },
    refresh: async () => ({ accessToken: 'new', refreshToken: 'r-2' }),
  });
  return createAuthFetch(tokens, { origins: [origin] });
};

/** What people write by hand: one refresh for all, and the request once more. */
const byHand = (dispose: (refused: Response) => unknown) => (): Send => {
  let refreshing: Promise<string> | undefined;
  return async (url) => {
    const response = await fetch(url, { headers: { authorization: 'Bearer old' } });
    if (response.status !== 401) return response;
    refreshing ??= Promise.resolve('new');
    const token = await refreshing;
    await dispose(response);
    return fetch(url, { headers: { authorization: `Bearer ${token}` } });
  };
};

const clients: [string, (origin: string) => Send][] = [
  ['createAuthFetch', ours],
  ['by hand, the 401 left unread', byHand(() => undefined)],
  ['by hand, the 401 cancelled', byHand((refused) => refused.body?.cancel())],
];

const rows: string[][] = [];
for (const [name, makeSend] of clients) {
  const row = [name];
  for (const burst of BURSTS) {
    const counts: number[] = [];
    for (let round = 0; round < ROUNDS; round++) counts.push(await socketsFor(burst, makeSend));
    row.push(whole(median(counts)));
  }
  rows.push(row);
}
printTable(
  'Connections opened for a burst of requests that are all refused once',
  ['', ...BURSTS.map((burst) => `${burst} requests`)],
  rows,
);
