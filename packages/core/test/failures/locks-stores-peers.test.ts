import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { RefreshLock, SessionRecord } from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { strictServer } from '../support/server.ts';
import { httpError, outcome, testSession, type TestSessionOptions } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;
const never = () => new Promise<never>(() => undefined);
const diskFull = () => Promise.reject(new Error('disk full'));

/** A lock that comes free when its holder dies, and says which one it is. */
const freedOnDeath = (identity: string): RefreshLock => {
  const { lock } = scriptedLock();
  return {
    request: (name, options, task) =>
      lock.request(name, options, (held) => task({ ...held, freedOnDeath: identity })),
  };
};

/** One cell and one server, and managers on it that stand for processes. */
const world = (expiresIn = -1) => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() + expiresIn });
  const record: SessionRecord = {
    v: 1,
    session: 'first',
    gen: 0,
    status: 'active',
    issuedAt: clock.now(),
    turn: clock.now(),
    tokens: server.first,
  };
  const cell = sharedCell(record);
  let seed = 0;
  const open = (options: TestSessionOptions & { subscribe?: boolean } = {}) => {
    const { subscribe = true, ...rest } = options;
    return testSession({ clock, server, seed: ++seed, store: cell.open({ subscribe }), ...rest });
  };
  /** What a peer would store: the next generation. */
  const rotatedByPeer = (gen = 1): SessionRecord => ({
    ...record,
    gen,
    tokens: {
      accessToken: `peer-${gen}`,
      refreshToken: `rt-peer-${gen}`,
      expiresAt: clock.now() + HOUR,
    },
  });
  return { clock, server, cell, record, open, rotatedByPeer };
};

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

describe('a subscription that misbehaves', () => {
  const boom = (): never => {
    throw new Error('boom');
  };
  const subscribing = (subscribe: () => unknown) => {
    const { server, cell, clock } = world(HOUR);
    const store = { ...cell.open({ subscribe: false }), subscribe: subscribe as () => () => void };
    return testSession({ server, clock, store });
  };

  it.each([
    ['throws', boom],
    ['rejects', () => Promise.reject(new Error('boom'))],
  ])('%s: a warning, and nothing else', async (_, subscribe) => {
    const { tokens, ofType, clock } = subscribing(subscribe);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(ofType('warning')).toMatchObject([{ code: 'STORE_UNAVAILABLE' }]);
    expect(await outcome(tokens.refresh())).toBe('at-2');
    await tokens.close();
    expect(clock.pending).toBe(0);
  });

  it.each([
    ['gives nothing to unsubscribe with', () => undefined],
    ['never says that it has begun', never],
    ['cannot be ended: that throws', () => boom],
    ['cannot be ended: that rejects', () => () => Promise.reject(new Error('boom'))],
    ['cannot be ended: that hangs', () => never],
  ])('%s: close() resolves all the same, and nobody is told', async (_, subscribe) => {
    const { tokens, ofType } = subscribing(subscribe);
    expect(await outcome(tokens.refresh())).toBe('at-2');
    await tokens.close();
    await settle();
    expect(ofType('warning')).toEqual([]);
  });

  it('begins late, after close(): it is ended as soon as it has', async () => {
    let begin: (end: () => void) => void = () => undefined;
    let ended = 0;
    const { tokens } = subscribing(() => new Promise((resolve) => (begin = resolve)));
    await tokens.getToken();
    await tokens.close();
    begin(() => ended++);
    await settle();
    expect(ended).toBe(1);
  });
});

describe('lease', () => {
  const leased = () => ({ ...world(), script: scriptedLock('grant', { leased: true }) });

  it('holder dies, another’s unsettled intent: waited for on my own clock, re-read, then redeemed', async () => {
    const { cell, record, server, clock, open, script } = leased();
    // The clock of its writer is years off.
    cell.put({ ...record, intent: { gen: 0, owner: 'dead', startedAt: 1, attempt: 1 } });
    const { tokens } = open({ lock: script.lock, waitTimeout: 100_000 });
    const waiting = outcome(tokens.getToken());
    await clock.advance(79_000);
    expect(server.calls).toBe(0);
    await clock.advance(4000);
    expect(await waiting).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('holder was only slow: its answer is adopted as soon as it is stored', async () => {
    const { cell, record, server, clock, open, rotatedByPeer, script } = leased();
    cell.put({ ...record, intent: { gen: 0, owner: 'slow', startedAt: clock.now(), attempt: 1 } });
    const { tokens } = open({ lock: script.lock, subscribe: false });
    const waiting = outcome(tokens.getToken());
    await clock.advance(3000);
    cell.put(rotatedByPeer());
    await clock.advance(2000);
    expect(await waiting).toBe('peer-1');
    expect(server.calls).toBe(0);
  });

  it('holder dies after its answer was lost: invalid_grant says so', async () => {
    const { cell, record, clock, server, open, script } = leased();
    cell.put({ ...record, intent: { gen: 0, owner: 'dead', startedAt: clock.now(), attempt: 1 } });
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    const { tokens } = open({ lock: script.lock, waitTimeout: 200_000 });
    const waiting = tokens.getToken().catch((error: unknown) => error);
    await clock.advance(84_000);
    expect(await waiting).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      message: expect.stringContaining('probably lost'),
    });
  });

  it('an intent that is null, as some stores write what is missing: no intent', async () => {
    const { cell, record, open, script } = leased();
    cell.put({ ...record, intent: null, dead: null });
    const { tokens } = open({ lock: script.lock });
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('runs out before anything was sent: nothing is sent, and the lock is taken again', async () => {
    const { cell, server, open, script } = leased();
    let losses = 2;
    cell.hooks.afterWrite = ({ intent }) => {
      if (intent !== undefined && losses-- > 0) script.loseLease();
    };
    const { tokens } = open({ lock: script.lock });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(script.requests).toBe(3);
    expect(server.calls).toBe(1);
  });

  it('runs out every time before anything was sent: an error after three, nothing redeemed, the intent cleared', async () => {
    const { cell, server, open, script } = leased();
    cell.hooks.afterWrite = () => script.loseLease();
    const { tokens } = open({ lock: script.lock });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    await settle();
    expect(script.requests).toBe(3);
    expect(server.calls).toBe(0);
    expect(cell.record?.intent).toBeUndefined();
  });

  it('runs out under a paused holder: its late commit is still accepted if session and generation match', async () => {
    const { cell, server, open, script } = leased();
    const { tokens } = open({ lock: script.lock });
    const answer = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    script.loseLease();
    answer();
    expect(await waiting).toBe('at-2');
    expect(cell.record).toMatchObject({ gen: 1, tokens: { accessToken: 'at-2' } });
  });

  it('runs out under a paused holder, and another committed first: it adopts', async () => {
    const { cell, server, open, script, rotatedByPeer } = leased();
    const { tokens } = open({ lock: script.lock, subscribe: false });
    const answer = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    script.loseLease();
    cell.put(rotatedByPeer(2));
    answer();
    expect(await waiting).toBe('peer-2');
    expect(cell.record?.gen).toBe(2);
  });

  it('runs out under a paused holder, and another wrote an intent or a dead mark on its generation: the commit goes through', async () => {
    for (const marks of [
      { intent: { gen: 0, owner: 'other', startedAt: 1, attempt: 1 } },
      { dead: { gen: 0, code: 'invalid_grant', at: 1 } },
    ]) {
      const { cell, server, record, open, script } = leased();
      const { tokens } = open({ lock: script.lock, subscribe: false });
      const answer = server.hold();
      const waiting = outcome(tokens.getToken());
      await settle();
      cell.put({ ...record, ...marks });
      answer();
      expect(await waiting).toBe('at-2');
      expect(cell.record).toMatchObject({ gen: 1 });
      expect(cell.record?.dead).toBeUndefined();
    }
  });

  it('of a paused holder runs out, invalid_grant, another’s intent unsettled: waited for, and what it stored adopted', async () => {
    const { clock, cell, record, server, open, script, rotatedByPeer } = leased();
    const { tokens, ofType } = open({ lock: script.lock, subscribe: false });
    server.next(() => {
      cell.put({ ...record, intent: { gen: 0, owner: 'other', startedAt: 1, attempt: 1 } });
      throw httpError(400, { error: 'invalid_grant' });
    });
    const waiting = outcome(tokens.getToken());
    await clock.advance(2000);
    cell.put(rotatedByPeer());
    await clock.advance(2000);
    expect(await waiting).toBe('peer-1');
    expect(ofType('sessionEnded')).toEqual([]);
  });
});

describe('a store that fails', () => {
  it('cannot be read: a retryable error, a valid token is served, nothing spent', async () => {
    const { cell, clock, server, open } = world(20_000);
    const { tokens } = open();
    await tokens.getToken();
    cell.hooks.beforeRead = diskFull;
    expect(await outcome(tokens.getToken({ validFor: 20_000 }))).toBe('at-1');
    await clock.advance(20_000);
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(server.calls).toBe(0);
    cell.hooks.beforeRead = undefined;
    await clock.advance(5000);
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('cannot be read for the first time: the error is the store’s, and the next request tries again', async () => {
    const { cell, open } = world(HOUR);
    const { tokens } = open();
    cell.hooks.beforeRead = diskFull;
    const waits = [outcome(tokens.getToken()), outcome(tokens.refresh())];
    expect(await Promise.all(waits)).toEqual([
      'ERR_REFRESH_UNAVAILABLE',
      'ERR_REFRESH_UNAVAILABLE',
    ]);
    expect(tokens.status).toBe('unknown');
    cell.hooks.beforeRead = undefined;
    expect(await outcome(tokens.getToken())).toBe('at-1');
  });

  it('cannot be written before redeeming: a retryable error, nothing spent', async () => {
    const { cell, clock, server, open } = world();
    const { tokens } = open();
    cell.hooks.beforeWrite = diskFull;
    expect(await tokens.getToken().catch((error: unknown) => error)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'Store "cell" could not be written',
      cause: { message: 'disk full' },
    });
    expect(server.calls).toBe(0);
    cell.hooks.beforeWrite = undefined;
    await clock.advance(1000);
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('cannot be written after redeeming: kept in memory, served, an event, tried again under the lock, stored', async () => {
    const { cell, clock, server, open } = world();
    const script = scriptedLock();
    const { tokens, ofType } = open({ lock: script.lock });
    server.next((redeem) => {
      cell.hooks.beforeWrite = diskFull;
      return redeem();
    });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(ofType('warning')).toMatchObject([
      { code: 'NOT_DURABLE', error: { code: 'ERR_REFRESH_UNAVAILABLE' } },
    ]);
    expect(script.holders).toBe(1);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    await clock.advance(5000);
    expect(script.holders).toBe(1);
    cell.hooks.beforeWrite = undefined;
    await clock.advance(5000);
    expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
    expect(script.holders).toBe(0);
    expect(server.calls).toBe(1);
  });

  it('cannot be written after redeeming, for long: the lock is held until it is stored', async () => {
    const { cell, clock, server, open } = world();
    const script = scriptedLock();
    const { tokens } = open({ lock: script.lock });
    server.next((redeem) => {
      cell.hooks.beforeWrite = diskFull;
      return redeem();
    });
    await outcome(tokens.getToken());
    await clock.advance(HOUR / 2);
    expect(script.holders).toBe(1);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    cell.hooks.beforeWrite = undefined;
    await clock.advance(10_000);
    expect([script.holders, cell.record?.gen, clock.pending]).toEqual([0, 1, 0]);
  });

  it('cannot be written after redeeming, and the new token had expired on arrival: its own error, and no loop', async () => {
    const { cell, clock, server, open } = world();
    const { tokens } = open();
    for (let call = 0; call < 20; call++)
      server.next((redeem) => {
        cell.hooks.beforeWrite = diskFull;
        return { ...redeem(), expires_in: 0 };
      });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
    await clock.advance(20_000);
    expect(server.calls).toBe(1);
  });
});

describe('a store that goes back, or loses the record', () => {
  it('is behind memory after that: memory’s record is written first, and the old refresh token is never redeemed', async () => {
    const { cell, clock, server, open } = world();
    const { tokens } = open();
    server.next((redeem) => {
      cell.hooks.beforeWrite = diskFull;
      return redeem();
    });
    await outcome(tokens.getToken());
    await clock.advance(HOUR);
    cell.hooks.beforeWrite = undefined;
    expect(cell.record?.gen).toBe(0);
    expect(await outcome(tokens.getToken())).toBe('at-3');
    expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'rt-2']);
    expect(cell.history.map(({ gen }) => gen)).toEqual([0, 1, 1, 2]); // intent, memory’s record, intent, the new one
    expect(server.reuses).toBe(0);
  });

  it('goes back in time (a failover, a restored file): memory’s record is written first, and the old refresh token is never redeemed', async () => {
    const { cell, clock, server, record, open } = world();
    const { tokens } = open({ waitTimeout: 100_000 });
    await tokens.getToken();
    await tokens.refresh();
    cell.put(record);
    cell.notify();
    await settle();
    expect(cell.record).toMatchObject({ gen: 2, tokens: { refreshToken: 'rt-3' } });
    expect(await outcome(tokens.getToken())).toBe('at-3');
    await clock.advance(HOUR);
    // Somebody may have been redeeming it when the store went back: that is waited for.
    const waiting = outcome(tokens.getToken());
    await clock.advance(84_000);
    expect(await waiting).toBe('at-4');
    expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'rt-2', 'rt-3']);
    expect(server.reuses).toBe(0);
  });

  it('goes back to before a sign-in: the session of that time is not taken over', async () => {
    const { cell, clock, record, open } = world(HOUR);
    const { tokens } = open();
    await tokens.getToken();
    await tokens.setSession({
      accessToken: 'new',
      refreshToken: 'rt-new',
      expiresAt: clock.now() + HOUR,
    });
    cell.put(record);
    cell.notify();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(tokens.status).toBe('signedIn');
  });

  it('goes back to before a sign-out: the session of that time is not taken over', async () => {
    const { cell, record, open } = world(HOUR);
    const { tokens } = open();
    await tokens.getToken();
    await tokens.signOut();
    cell.put(record);
    cell.notify();
    await settle();
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(tokens.status).toBe('signedOut');
  });

  it('the record vanished although there was one: signed out elsewhere, never re-created by a refresh', async () => {
    const { cell, clock, server, open } = world(HOUR);
    const { tokens, ofType } = open({ from: 'both' });
    await tokens.getToken();
    cell.put(undefined);
    await clock.advance(HOUR);
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(tokens.status).toBe('signedOut');
    expect(ofType('signedOut')).toMatchObject([{ by: 'peer' }]);
    expect(cell.record).toBeUndefined();
    expect(server.calls).toBe(0);
  });

  it('the record vanished during a refresh: the late result is discarded', async () => {
    const { cell, server, open } = world();
    const { tokens } = open();
    server.next((redeem) => {
      cell.put(undefined);
      return redeem();
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    expect(cell.record).toBeUndefined();
  });
});

describe('a store that holds something else', () => {
  it.each([
    ['ours', { accessToken: 'bare', refreshToken: 'rt-1' }],
    ['as a server sends it', { access_token: 'bare', refresh_token: 'rt-1' }],
  ])(
    'holds a bare token set (%s) that another program wrote: imported as a new session, one for all who read it',
    async (_, value) => {
      const { cell, server, open } = world();
      cell.put(value);
      const [one, two] = [open(), open()];
      expect(await outcome(one.tokens.getToken())).toBe('bare');
      expect(await outcome(two.tokens.getToken())).toBe('bare');
      expect(
        await Promise.all([outcome(one.tokens.refresh()), outcome(two.tokens.refresh())]),
      ).toEqual(['at-2', 'at-2']);
      expect(cell.record).toMatchObject({ v: 1, status: 'active', gen: 1 });
      expect(server.reuses).toBe(0);
    },
  );

  it('holds a record of an unknown version: a typed error that names the store, and it is never overwritten', async () => {
    const { cell, server, open } = world();
    const value = { v: 2, session: 's' };
    cell.put(value);
    const { tokens } = open();
    for (const attempt of [
      () => tokens.getToken(),
      () => tokens.refresh(),
      () => tokens.setSession({ accessToken: 'a' }),
      () => tokens.signOut(),
    ]) {
      const error = await attempt().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({
        code: 'ERR_STORE_RECORD',
        action: 'fix',
        message: expect.stringContaining('"cell"'),
      });
    }
    expect(cell.record).toEqual(value);
    expect(cell.writes).toBe(0);
    expect(server.calls).toBe(0);
  });

  const damaged: readonly (readonly [string, unknown])[] = [
    ['something else', { hello: 'world' }],
    ['a text', 'hello'],
    ['a record that is damaged', { v: 1, session: 's', gen: 'three', status: 'active' }],
    [
      'a record whose tokens cannot be sent',
      {
        v: 1,
        session: 's',
        gen: 1,
        status: 'active',
        issuedAt: 1,
        turn: 1,
        tokens: { accessToken: 'two words' },
      },
    ],
  ];

  it.each(damaged)(
    'holds %s: a typed error that names the store, and no request or refresh overwrites it',
    async (_, value) => {
      const { cell, server, open } = world();
      cell.put(value);
      const { tokens } = open();
      for (const attempt of [() => tokens.getToken(), () => tokens.refresh(), () => tokens.ready()])
        expect(await attempt().catch((thrown: unknown) => thrown)).toMatchObject({
          code: 'ERR_STORE_RECORD',
          action: 'fix',
          message: expect.stringMatching(/"cell".*setSession\(\) and signOut\(\) replace it/),
        });
      expect([cell.record, cell.writes, server.calls]).toEqual([value, 0, 0]);
    },
  );

  it.each(damaged)('holds %s: an explicit sign-in replaces it', async (_, value) => {
    const { cell, clock, open } = world();
    cell.put(value);
    const { tokens } = open();
    await tokens.setSession({ accessToken: 'new', expiresAt: clock.now() + HOUR });
    expect(cell.record).toMatchObject({ v: 1, status: 'active', tokens: { accessToken: 'new' } });
    expect(await outcome(tokens.getToken())).toBe('new');
  });

  it.each(damaged)('holds %s: an explicit sign-out replaces it', async (_, value) => {
    const { cell, clock, open } = world();
    cell.put(value);
    const { tokens } = open();
    await tokens.signOut();
    await settle();
    expect(cell.record).toMatchObject({ v: 1, status: 'signedOut' });
    expect([await outcome(tokens.getToken()), clock.pending]).toEqual([undefined, 0]);
  });

  it('turns into something else while a session is held: served while valid, then a typed error; never overwritten', async () => {
    const { cell, clock, server, open } = world(HOUR);
    const { tokens } = open();
    await tokens.getToken();
    cell.put({ hello: 'world' });
    cell.notify();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await clock.advance(HOUR);
    expect(await outcome(tokens.getToken())).toBe('ERR_STORE_RECORD');
    expect(cell.record).toEqual({ hello: 'world' });
    expect(server.calls).toBe(0);
  });
});

describe('a store that tells of writes', () => {
  it('tells of our own write before the write has returned: it is ours, not a peer’s', async () => {
    const { cell, open } = world();
    const { tokens, ofType } = open();
    cell.hooks.afterWrite = () => {
      cell.notify();
      return settle();
    };
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(ofType('refreshed')).toMatchObject([{ by: 'self' }]);
  });

  it('a broadcast is lost: a refresh re-reads the store anyway', async () => {
    const { cell, clock, server, open, rotatedByPeer } = world(HOUR);
    const { tokens, ofType } = open({ subscribe: false });
    await tokens.getToken();
    await clock.advance(HOUR);
    cell.put(rotatedByPeer());
    expect(await outcome(tokens.getToken())).toBe('peer-1');
    expect(server.calls).toBe(0);
    expect(ofType('refreshed')).toMatchObject([{ by: 'peer' }]);
  });

  it('a broadcast comes early, late or needlessly: nothing happens', async () => {
    const { cell, server, open } = world(HOUR);
    const { tokens, events } = open();
    await tokens.getToken();
    const before = events.length;
    for (let call = 0; call < 10; call++) cell.notify();
    await settle();
    expect(events).toHaveLength(before);
    expect(server.calls).toBe(0);
  });
});

describe('sign-out', () => {
  it('during a refresh: waiters rejected at once, the late result discarded and the new refresh token revoked too', async () => {
    const { cell, server, open } = world();
    const revoked: (string | undefined)[] = [];
    const { tokens } = open({ revoke: async ({ refreshToken }) => revoked.push(refreshToken) });
    const answer = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    await tokens.signOut();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    expect(cell.record?.status).toBe('signedOut');
    answer();
    await settle();
    expect(cell.record?.status).toBe('signedOut');
    expect(cell.record?.tokens).toBeUndefined();
    expect(revoked).toEqual(['rt-1', 'rt-2']);
    expect(await outcome(tokens.getToken())).toBeUndefined();
  });

  it('as the first call of all, as a command line does: what the store held is revoked', async () => {
    const { cell, open } = world(HOUR);
    const revoked: (string | undefined)[] = [];
    const { tokens } = open({ revoke: async ({ refreshToken }) => revoked.push(refreshToken) });
    await tokens.signOut();
    await tokens.close();
    expect(cell.record?.status).toBe('signedOut');
    expect(revoked).toEqual(['rt-1']);
  });

  it('after a peer has refreshed unnoticed: the peer’s tokens are revoked as well', async () => {
    const { cell, open, rotatedByPeer } = world(HOUR);
    const revoked: (string | undefined)[] = [];
    const { tokens } = open({
      subscribe: false,
      revoke: async ({ refreshToken }) => revoked.push(refreshToken),
    });
    await tokens.getToken();
    cell.put(rotatedByPeer());
    await tokens.signOut();
    await settle();
    expect(revoked).toEqual(['rt-1', 'rt-peer-1']);
  });

  it('the revocation fails: an event, and signOut() does not reject', async () => {
    const { open } = world(HOUR);
    const { tokens, ofType } = open({
      revoke: () => Promise.reject(new Error('cannot revoke rt-1')),
    });
    await tokens.getToken();
    await tokens.signOut();
    await settle();
    expect(ofType('warning')).toMatchObject([{ code: 'NOT_REVOKED' }]);
    expect(inspect(ofType('warning'), { depth: 10 })).not.toContain('rt-1');
  });

  it('while the store is down: it stands here, the promise rejects, an event, and the tombstone is tried again', async () => {
    const { cell, clock, open } = world(HOUR);
    const { tokens, ofType } = open();
    await tokens.getToken();
    cell.hooks.beforeWrite = diskFull;
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(ofType('warning')).toMatchObject([{ code: 'NOT_DURABLE' }]);
    expect(tokens.status).toBe('signedOut');
    expect(await outcome(tokens.getToken())).toBeUndefined();
    cell.notify();
    await settle();
    expect(tokens.status).toBe('signedOut');
    await clock.advance(10_000);
    cell.hooks.beforeWrite = undefined;
    await clock.advance(60_000);
    expect(cell.record?.status).toBe('signedOut');
    expect(clock.pending).toBe(0);
  });

  it('while the store is down, and then a sign-in: the sign-in is not undone by the late tombstone', async () => {
    const { cell, clock, open } = world(HOUR);
    const { tokens } = open();
    await tokens.getToken();
    cell.hooks.beforeWrite = diskFull;
    await outcome(tokens.signOut());
    cell.hooks.beforeWrite = undefined;
    await tokens.setSession({ accessToken: 'new' });
    await clock.advance(120_000);
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(cell.record?.status).toBe('active');
    expect(clock.pending).toBe(0);
  });

  it('while the store is down, and somebody else signs in there: theirs is not ended by the late tombstone', async () => {
    const { cell, clock, open } = world(HOUR);
    const { tokens } = open();
    await tokens.getToken();
    cell.hooks.beforeWrite = diskFull;
    await outcome(tokens.signOut());
    await clock.advance(1000);
    cell.hooks.beforeWrite = undefined;
    cell.put({
      v: 1,
      session: 'theirs',
      gen: 0,
      status: 'active',
      issuedAt: clock.now(),
      turn: clock.now(),
      tokens: { accessToken: 'theirs' },
    });
    await clock.advance(120_000);
    expect(cell.record).toMatchObject({ session: 'theirs', status: 'active' });
  });
});

describe('sign-in', () => {
  it('during a refresh: the new session wins, the late result is discarded, not revoked', async () => {
    const { cell, server, open } = world();
    const revoked: unknown[] = [];
    const { tokens } = open({ revoke: async (set) => revoked.push(set) });
    const answer = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    await tokens.setSession({ accessToken: 'new', refreshToken: 'rt-new' });
    answer(); // the refresh function might have announced its own result: a wait for it goes on until it has settled
    await settle();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    expect(cell.record?.tokens).toMatchObject({ accessToken: 'new', refreshToken: 'rt-new' });
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(revoked).toEqual([]);
  });

  it('over a session that has ended: alive again, and the next end is told again', async () => {
    const { server, open, clock } = world();
    const { tokens, ofType } = open();
    server.next(() => {
      throw httpError(401);
    });
    await outcome(tokens.getToken());
    expect(tokens.status).toBe('ended');
    await tokens.setSession({
      accessToken: 'new',
      refreshToken: 'rt-new',
      expiresAt: clock.now() + HOUR,
    });
    expect(tokens.status).toBe('signedIn');
    server.next(() => {
      throw httpError(401);
    });
    await outcome(tokens.refresh());
    expect(ofType('sessionEnded')).toHaveLength(2);
  });

  it('during the back-off of the old session: the new one knows nothing of it', async () => {
    const { server, open, clock } = world();
    const { tokens } = open();
    server.next(() => {
      throw httpError(429, undefined, { 'retry-after': '600' });
    });
    await outcome(tokens.getToken());
    await tokens.setSession({ accessToken: 'new', refreshToken: 'rt-1', expiresAt: clock.now() });
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('by a peer, during the back-off of the generation: its token ends the back-off', async () => {
    const { server, cell, open, rotatedByPeer } = world();
    const { tokens } = open();
    server.next(() => {
      throw httpError(429, undefined, { 'retry-after': '600' });
    });
    await outcome(tokens.getToken());
    cell.put(rotatedByPeer());
    cell.notify();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('peer-1');
  });

  it('by a peer, or its token, after many failed refreshes: the next failure counts as the first', async () => {
    const { server, clock, cell, open, rotatedByPeer } = world();
    const { tokens, ofType } = open({ random: () => 0 });
    for (let call = 0; call < 8; call++) {
      server.next(() => {
        throw httpError(500);
      });
      await outcome(tokens.getToken());
      if (call < 7) await clock.advance(30_000);
      if (call === 6) {
        cell.put({ ...rotatedByPeer(), tokens: { ...server.first, expiresAt: clock.now() } });
        cell.notify();
        await settle();
      }
    }
    expect(
      ofType('refreshEnded').map((event) => 'retryAt' in event && Number(event.retryAt) - event.at),
    ).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 500]);
  });

  it('over a store that holds an old tombstone: stored, and stays', async () => {
    const { cell, open } = world();
    cell.put({ v: 1, session: 'old', gen: 3, status: 'signedOut', issuedAt: 1, turn: 1 });
    const { tokens } = open();
    expect(await outcome(tokens.getToken())).toBeUndefined();
    await tokens.setSession({ accessToken: 'new' });
    expect(await outcome(tokens.getToken())).toBe('new');
    expect(cell.record).toMatchObject({ gen: 0, status: 'active' });
  });

  it('the store hangs: rejects within a known bound, and says that it may still take effect', async () => {
    const { cell, clock, open } = world(HOUR);
    const { tokens } = open();
    await tokens.getToken();
    cell.hooks.beforeWrite = never;
    const signingIn = tokens.setSession({ accessToken: 'new' }).catch((error: unknown) => error);
    await clock.advance(40_000); // 30 s, and the answer of a store that was asked before that
    expect(await signingIn).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unanswered',
    });
    expect(await outcome(tokens.getToken())).toBe('at-1');
  });
});
