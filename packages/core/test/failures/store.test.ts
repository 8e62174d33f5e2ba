import { describe, expect, it } from '@jest/globals';
import { settle } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { outcome, testSession } from '../support/session.ts';
import { diskFull, never, world } from '../support/failing-world.ts';

const HOUR = 3_600_000;

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
