import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosInstance } from 'axios';
import axios17 from 'axios-1.7';
import axiosRetry from 'axios-retry';
import { createTokenManager, type RefreshContext } from 'unexpired';

// A refresh, or a sign-in, through the axios that it serves, with what that axios does to each of its requests.
let server: Server;
let origin = '';
let paths: string[] = [];
/** Answers the request to `/slow` that is held. */
let answer = (): void => undefined;
let arrive = (): void => undefined;
beforeAll(async () => {
  server = createServer((request, response) => {
    paths.push(request.url ?? '');
    arrive();
    if (request.url === '/reset') request.socket.destroy();
    else if (request.url === '/slow')
      answer = () => response.writeHead(200).end('{"accessToken":"new"}');
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => void (paths = []));

const served = (
  instance: () => AxiosInstance,
  path: string,
  own: (context: RefreshContext) => object,
) =>
  createTokenManager({
    tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
    refresh: (_current, context) => instance().put(path, {}, own(context)),
  });

describe.each([
  [axios.VERSION, axios],
  [axios17.VERSION, axios17 as unknown as typeof axios],
])('through axios %s', (_version, client) => {
  for (const [order, isFirst] of [
    ['before', true],
    ['after', false],
  ] as const)
    it.each([
      ['whose connection broke', '/reset'],
      ['that the endpoint could not answer', '/503'],
    ])(
      `a refresh %s is not sent again by an axios-retry attached ${order} us`,
      async (_what, path) => {
        const instance = client.create({ baseURL: origin });
        const tokens = served(
          () => instance,
          path,
          ({ signal }) => ({ signal }),
        );
        if (isFirst) axiosRetry(instance, { retries: 2 });
        attachAuth(instance, tokens);
        if (!isFirst) axiosRetry(instance, { retries: 2 });
        await tokens.refresh().catch(() => undefined);
        expect(paths).toEqual([path]);
      },
    );

  it('a sign-in with tokens: false is not sent again by axios-retry either', async () => {
    const instance = client.create({ baseURL: origin });
    axiosRetry(instance, { retries: 2 });
    attachAuth(instance, 'token');
    await instance.post('/reset', {}, { tokens: false }).catch(() => undefined);
    expect(paths).toEqual(['/reset']);
  });

  it.each<[string, (context: RefreshContext) => object]>([
    ['no signal', () => ({})],
    ['a signal made of its own', ({ signal }) => ({ signal: AbortSignal.any([signal]) })],
  ])('a refresh with %s outlives the timeout', async (_how, own) => {
    const instance = client.create({ baseURL: origin, timeout: 40 });
    const tokens = served(() => instance, '/slow', own);
    attachAuth(instance, tokens);
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const refreshed = tokens.refresh();
    await arrived;
    // Longer than the timeout: were it counted, the refresh would have failed by now.
    await new Promise((resolve) => setTimeout(resolve, 80));
    answer();
    await refreshed;
    expect([paths, tokens.status]).toEqual([['/slow'], 'signedIn']);
  });
});
