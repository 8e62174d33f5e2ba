import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import nodeFetch from 'node-fetch';

// Answers whose body is a Node stream, and has no end.
const version2 = createRequire(import.meta.url)('node-fetch-2') as typeof globalThis.fetch;
let server: Server;
let origin = '';
const endless: ServerResponse[] = [];
beforeAll(async () => {
  server = createServer(({ headers, url }, response) => {
    if (headers.authorization === 'Bearer new') return void response.end('[]');
    endless.push(
      response.writeHead(url === '/200' ? 200 : 401, { 'content-type': 'application/json' }),
    );
    response.write('[');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe.each([
  ['3', nodeFetch as unknown as typeof globalThis.fetch],
  ['2', version2],
])('node-fetch %s', (_version, fetch) => {
  it('lets go of a refused answer without an end', async () => {
    const answers: Response[] = [];
    const authFetch = createAuthFetch(({ rejected }) => (rejected ? 'new' : 'old'), {
      origins: [origin],
      async fetch(...call: Parameters<typeof fetch>) {
        const response = await fetch(...call);
        answers.push(response);
        return response;
      },
    });
    expect((await authFetch(`${origin}/401`)).status).toBe(200);
    const body = answers[0]?.body as unknown as Readable;
    await new Promise((resolve) => body.once('close', resolve));
    expect(body.destroyed).toBe(true);
  });

  it('ends nothing but its request when that is aborted while classify reads its answer', async () => {
    const controller = new AbortController();
    const authFetch = createAuthFetch('old', {
      origins: [origin],
      fetch,
      async classify(response) {
        const reading = response.json();
        controller.abort();
        await reading;
        return undefined;
      },
    });
    await expect(authFetch(`${origin}/200`, { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(endless.length).toBeGreaterThan(0);
  });
});
