import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { createTokenManager } from 'unexpired';
import { createCallContext, explainReentrancy } from '../src/explain-reentrancy.ts';

/** As p-queue and async.queue: the caller that adds the first job makes the chain on which the jobs of all others run, in its own async context. */
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

describe('what explains a refresh that waits for itself', () => {
  it('knows what is part of the call, and not what others do during it, what it leaves behind, or what another session does', async () => {
    const [own, other] = [createCallContext(), createCallContext()];
    const seen: Record<string, boolean> = {};
    let settle = (): void => undefined;
    const over = new Promise<void>((resolve) => (settle = resolve));
    let left = Promise.resolve();
    const running = own.run(async () => {
      seen['at once'] = own.isInside();
      left = over.then(() => void (seen['left behind'] = own.isInside()));
      await new Promise((resolve) => setImmediate(resolve));
      seen['after a wait'] = own.isInside();
      seen['another session'] = other.isInside();
      return 'tokens';
    });
    seen['others'] = own.isInside();
    expect(await running).toBe('tokens');
    settle();
    await left;
    const failing = own.run(() => Promise.reject(new Error('refused')));
    await expect(failing).rejects.toThrow('refused');
    expect(seen).toEqual({
      'at once': true,
      'after a wait': true,
      'another session': false,
      others: false,
      'left behind': false,
    });
  });

  it('ends a call at once that comes from inside of the refresh, with an error that says so; outside nothing changes', async () => {
    const inside: unknown[] = [];
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      async refresh() {
        await new Promise((resolve) => setImmediate(resolve));
        inside.push(await tokens.getToken().catch((error: unknown) => error));
        return { accessToken: 'new', refreshToken: 'r2', expires_in: 3600 };
      },
    });
    const stop = explainReentrancy(tokens);
    expect((await tokens.getToken())?.accessToken).toBe('new');
    expect(inside).toMatchObject([
      { code: 'ERR_WAIT_LIMIT', message: expect.stringContaining('Pass context.signal on') },
    ]);
    stop();
    await tokens.close();
  });

  it('is given to a session that asks for it, and does nothing to others', () => {
    const stopped: string[] = [];
    const given: object[] = [];
    const session = {
      onRefresh(context: object) {
        given.push(context);
        return () => void stopped.push('stopped');
      },
    };
    explainReentrancy(session)();
    explainReentrancy({})();
    expect([given.length, stopped]).toEqual([1, ['stopped']]);
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    ['mine', 'string'],
  ])('is nothing without a session: %j is named', (session, named) => {
    expect(() => explainReentrancy(session as never)).toThrow(
      new TypeError(`explainReentrancy: expected a manager, got ${named}`),
    );
  });
});
