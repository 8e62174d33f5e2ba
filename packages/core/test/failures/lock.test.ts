import { describe, expect, it } from '@jest/globals';
import type { RefreshLock } from '../../src/index.ts';
import { settle } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { outcome } from '../support/session.ts';
import { freedOnDeath, never, world } from '../support/failing-world.ts';

describe('a lock that is waited for', () => {
  it('wait timed out: re-read before failing, and what a peer stored is adopted', async () => {
    const { clock, cell, server, open, rotatedByPeer } = world();
    const { tokens } = open({
      subscribe: false,
      lock: scriptedLock('never').lock,
      waitTimeout: 100_000,
    });
    const waiting = outcome(tokens.getToken());
    await clock.advance(34_999);
    cell.put(rotatedByPeer());
    await clock.advance(1);
    expect(await waiting).toBe('peer-1');
    expect(server.calls).toBe(0);
  });

  it('wait timed out, nothing newer: a retryable error after 35 s, nothing was redeemed', async () => {
    const { clock, server, open } = world();
    const { tokens } = open({ lock: scriptedLock('never').lock, waitTimeout: 100_000 });
    const waiting = tokens.getToken().catch((error: unknown) => error);
    await clock.advance(35_000);
    expect(await waiting).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      action: 'retry',
      message: expect.stringContaining('"cell" was not free within 35000 ms'),
    });
    expect(server.calls).toBe(0);
  });

  it('that never comes free, while the token is valid: it goes on being served', async () => {
    const { clock, server, open } = world(20_000);
    const { tokens } = open({
      lock: scriptedLock('never').lock,
      waitTimeout: 5000,
      skewWindow: 30_000,
    });
    await clock.advance(19_000 - 5000);
    const waiting = outcome(tokens.getToken({ validFor: 18_000 }));
    await clock.advance(5000);
    expect(await waiting).toBe('at-1');
    expect(server.calls).toBe(0);
  });

  it('that ignores its signal: the flight ends all the same, and a late grant does nothing', async () => {
    const { clock, server, open } = world();
    const script = scriptedLock('deaf');
    const { tokens } = open({ lock: script.lock, waitTimeout: 100_000 });
    const waiting = outcome(tokens.getToken());
    await clock.advance(35_000);
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
    script.mode = 'grant';
    await clock.advance(2000);
    expect(await outcome(tokens.getToken())).toBe('at-2'); // the next one
    expect(server.calls).toBe(1);
    await settle();
    expect(script.holders).toBe(0);
  });

  it('a newer generation appears in the store while waiting for it: adopted at once, without the lock', async () => {
    const { cell, server, open, rotatedByPeer } = world();
    const script = scriptedLock('never');
    const { tokens } = open({ lock: script.lock });
    const waits = [outcome(tokens.getToken()), outcome(tokens.refresh())];
    await settle();
    cell.put(rotatedByPeer());
    cell.notify();
    await settle();
    expect(await Promise.all(waits)).toEqual(['peer-1', 'peer-1']);
    expect(script.waiting).toBe(0);
    expect(server.calls).toBe(0);
  });
});

describe('a lock that fails', () => {
  it('backend down: a retryable error, after a re-read; a valid token is served', async () => {
    const { clock, server, open } = world(20_000);
    const script = scriptedLock('down');
    const { tokens } = open({ lock: script.lock });
    expect(await outcome(tokens.getToken({ validFor: 20_000 }))).toBe('at-1');
    const error = await tokens.refresh().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', action: 'retry' });
    await clock.advance(20_000);
    expect(await tokens.getToken().catch((thrown: unknown) => thrown)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      cause: { message: 'connect ECONNREFUSED' },
    });
    expect(server.calls).toBe(0);
    script.mode = 'grant';
    await clock.advance(5000);
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('backend down, and a peer has refreshed: adopted', async () => {
    const { cell, server, open, rotatedByPeer } = world();
    const script = scriptedLock('down');
    const { tokens } = open({ lock: script.lock, subscribe: false });
    cell.hooks.afterRead = () => {
      if (cell.reads === 2) cell.put(rotatedByPeer());
    };
    expect(await outcome(tokens.getToken())).toBe('peer-1');
    expect(server.calls).toBe(0);
  });

  it('does not run its task: an error that says so', async () => {
    const { open } = world();
    const { tokens } = open({ lock: { request: async () => undefined as never } });
    expect(await tokens.getToken().catch((error: unknown) => error)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'The lock "cell" did not run its task',
    });
  });

  it('fails while it is held: what was sent is listened to, and its refresh token is not sent again', async () => {
    const { clock, server, open } = world();
    const script = scriptedLock('grant', { leased: true });
    script.rejectsOnLoss = true;
    const { tokens } = open({ lock: script.lock, waitTimeout: 100_000 });
    const answer = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    script.loseLease();
    for (let second = 0; second < 20; second++) {
      await clock.advance(1000);
      void outcome(tokens.getToken());
    }
    expect(server.calls).toBe(1);
    answer();
    expect(await waiting).toBe('at-2');
    expect(server.calls).toBe(1);
    expect(server.reuses).toBe(0);
  });
});

describe('a lock and its holder', () => {
  it('holder’s signal is left alone once it was granted', async () => {
    const { open } = world();
    const script = scriptedLock();
    let signal: AbortSignal | undefined;
    const { tokens } = open({
      lock: {
        request(name, options, task) {
          signal = options.signal;
          return script.lock.request(name, options, task);
        },
      },
    });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    await settle();
    expect(signal?.aborted).toBe(false);
  });

  it('holder dies: the next one goes on where the store says, without waiting where locks are freed on death', async () => {
    const { cell, record, clock, server, open } = world();
    const intent = { gen: 0, owner: 'dead', startedAt: clock.now(), attempt: 1, lock: 'kernel' };
    cell.put({ ...record, intent });
    const { tokens } = open({ lock: freedOnDeath('kernel') });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it.each([
    ['another lock that is freed on death', { lock: 'of another machine' }],
    ['a lease', {}],
  ])('holder dies, and it had %s: the next one waits all the same', async (_, under) => {
    const { cell, record, clock, server, open } = world();
    const intent = { gen: 0, owner: 'dead', startedAt: clock.now(), attempt: 1, ...under };
    cell.put({ ...record, intent });
    const { tokens } = open({ lock: freedOnDeath('kernel'), waitTimeout: 100_000 });
    const waiting = outcome(tokens.getToken());
    await clock.advance(79_000);
    expect(server.calls).toBe(0);
    await clock.advance(4000);
    expect(await waiting).toBe('at-2');
  });
});

describe('a lock that misbehaves', () => {
  const answered = async (lock: RefreshLock) => {
    const { server, clock, open } = world();
    const session = open({ lock });
    const waiting = outcome(session.tokens.getToken());
    await clock.advance(1000);
    return { ...session, server, clock, got: await waiting };
  };
  const closes = async ({ tokens, clock }: Awaited<ReturnType<typeof answered>>) => {
    let closed = false;
    void tokens.close().then(() => (closed = true));
    await clock.advance(10_000);
    return [closed, clock.pending];
  };

  it('and runs its task twice: one redemption', async () => {
    const stage = await answered({
      request: async (name, _, task) => {
        const [first] = await Promise.all([task({ name }), task({ name })]);
        return first;
      },
    });
    expect([stage.got, stage.server.calls, await closes(stage)]).toEqual(['at-2', 1, [true, 0]]);
  });

  it('and rejects, and runs its task later: nothing is redeemed behind anybody’s back', async () => {
    let later: () => Promise<unknown> = never;
    const stage = await answered({
      request: (name, _, task) => {
        later = () => task({ name });
        return Promise.reject(new Error('connection lost'));
      },
    });
    await later();
    expect([stage.got, stage.server.calls, await closes(stage)]).toEqual([
      'ERR_REFRESH_UNAVAILABLE',
      0,
      [true, 0],
    ]);
  });

  it('and never releases: waiting requests have the token long since, and close() resolves', async () => {
    const stage = await answered({
      request: (name, _, task) => task({ name }).then(never),
    });
    expect([stage.got, stage.server.calls, await closes(stage)]).toEqual(['at-2', 1, [true, 0]]);
  });

  it('and throws at once: a retryable error', async () => {
    const stage = await answered({
      request: () => {
        throw new Error('no such lock');
      },
    });
    expect([stage.got, stage.server.calls]).toEqual(['ERR_REFRESH_UNAVAILABLE', 0]);
  });
});
