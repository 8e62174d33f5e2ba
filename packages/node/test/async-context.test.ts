import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { createTokenManager } from 'unexpired';

/** As p-queue and async.queue: whoever adds the first job makes the chain on which the jobs of all others run, in its own async context. */
function createQueue(): <T>(job: () => Promise<T>) => Promise<T> {
  const jobs: (() => Promise<void>)[] = [];
  let running = false;
  const drain = async (): Promise<void> => {
    running = true;
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) await job();
    running = false;
  };
  return (job) =>
    new Promise((resolve, reject) => {
      jobs.push(() => job().then(resolve, reject));
      if (!running) void drain();
    });
}

let api: Server;
let origin = '';
let seen: (string | undefined)[] = [];
beforeEach(async () => {
  seen = [];
  api = createServer((request, response) => {
    seen.push(request.headers.authorization);
    response.end();
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
});
afterEach(() => void api.close());

describe('the async context of a refresh', () => {
  it('alone makes no request unsigned: another caller’s job may run in it, on a queue that both use', async () => {
    const queue = createQueue();
    const callers = new AsyncLocalStorage<string>();
    let others: Promise<Response> | undefined;
    const tokens = createTokenManager({
      async refresh() {
        return queue(async () => {
          others = callers.run('another', () => queue(() => authFetch(`${origin}/orders`)));
          return { accessToken: 'new', refreshToken: 'r2', expires_in: 3600 };
        });
      },
    });
    const authFetch = createAuthFetch(tokens, { origins: [origin] });
    await tokens.setSession({ accessToken: 'old', refreshToken: 'r', expiresAt: 0 });
    await authFetch(`${origin}/profile`);
    await others;
    await tokens.close();
    expect(seen).toEqual(['Bearer new', 'Bearer new']);
  });
});
