import { describe, expect, it as once } from '@jest/globals';
import { createTokenManager, type TokenStore, tokenErrorOf } from '../../src/index.ts';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { scriptedLock } from '../support/scripted-lock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;
/** Less than any silence: a request during one gets its error. */
const IMPATIENT = 100;
const unavailable = () => {
  throw httpError(500);
};
const errorOf = async (promise: Promise<unknown>) =>
  tokenErrorOf(await promise.catch((error: unknown) => error));

describe('the back-off', () => {
  it('doubles while the refresh goes on failing, and says how much of it is left', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0, waitTimeout: IMPATIENT });
    for (const delay of [500, 1000, 2000]) {
      server.next(unavailable);
      await outcome(tokens.getToken());
      await clock.advance(0);
      expect(await errorOf(tokens.getToken())).toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        retryAfter: delay,
      });
      await clock.advance(delay - IMPATIENT);
      expect(await errorOf(tokens.getToken())).toMatchObject({ retryAfter: IMPATIENT });
      await clock.advance(IMPATIENT);
    }
    expect(server.calls).toBe(3);
  });

  it('is waited out by a request that can wait for so long, and everybody joins the next try', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0 });
    server.next(unavailable);
    await outcome(tokens.getToken());
    const waiting = [tokens.getToken(), tokens.refresh(), tokens.getToken()].map(outcome);
    await clock.advance(500);
    expect(server.calls).toBe(1);
    await clock.advance(1); // timers may come early, so it is a ms more
    expect(await Promise.all(waiting)).toEqual([server.live, server.live, server.live]);
    expect(server.calls).toBe(2);
  });

  it('begins anew after a success', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0, waitTimeout: IMPATIENT });
    server.next(unavailable);
    await outcome(tokens.getToken());
    await clock.advance(500);
    expect(await outcome(tokens.getToken())).toBe(server.live);
    await settle();
    server.next(unavailable);
    expect(await errorOf(tokens.refresh())).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    expect(await errorOf(tokens.refresh())).toMatchObject({ retryAfter: 500 });
  });

  it('begins anew with another session', async () => {
    const { tokens, server, clock } = testSession({ waitTimeout: IMPATIENT });
    for (let failure = 0; failure < 3; failure++) {
      server.next(unavailable);
      await outcome(tokens.getToken());
      await clock.advance(failure < 2 ? 4000 : 0);
    }
    expect((await errorOf(tokens.getToken()))?.retryAfter).toBeGreaterThan(1000);
    await tokens.setSession({
      accessToken: 'second',
      refreshToken: 'another',
      expiresAt: clock.now() - 1,
    });
    server.next(unavailable);
    await outcome(tokens.getToken());
    expect((await errorOf(tokens.getToken()))?.retryAfter).toBeLessThanOrEqual(1000);
    expect(server.calls).toBe(4);
  });

  it('is told to listeners, once for each failure, without a warning', async () => {
    const { tokens, server, clock, events } = testSession({ random: () => 0 });
    await tokens.getToken();
    await settle();
    server.next(unavailable);
    events.length = 0;
    await outcome(tokens.refresh());
    expect(events).toMatchObject([
      { type: 'refreshStarted', reason: 'requested' },
      {
        type: 'refreshEnded',
        outcome: 'failed',
        reason: 'requested',
        attempts: 1,
        waiting: 1,
        error: { code: 'ERR_REFRESH_UNAVAILABLE' },
        retryAt: clock.now() + 500,
      },
    ]);
    const flights = events.map((event) => 'flight' in event && event.flight);
    expect(flights[0]).toBe(flights[1]);
  });

  it('is all that five failures bring about: they are no useless tokens', async () => {
    const { tokens, server, clock } = testSession({ random: () => 0 });
    for (const delay of [500, 1000, 2000, 4000, 8000]) {
      server.next(unavailable);
      await outcome(tokens.getToken());
      await clock.advance(delay);
    }
    expect(await outcome(tokens.getToken())).toBe(server.live);
  });
});

it('a refresh tells how many waited for it, also those who had their token before it ended', async () => {
  const { tokens, ofType } = testSession();
  await Promise.all([tokens.getToken(), tokens.getToken(), tokens.refresh()]);
  await settle();
  await tokens.refresh();
  await settle();
  expect(ofType('refreshEnded')).toMatchObject([
    { outcome: 'refreshed', waiting: 3 },
    { outcome: 'refreshed', waiting: 1 },
  ]);
});

it('too many useless tokens are an error that says so, and for how long', async () => {
  const { tokens, server, clock } = testSession({ random: () => 0, lifetime: 0 });
  for (const delay of [500, 1000, 2000, 4000, 8000]) {
    await outcome(tokens.getToken());
    await clock.advance(delay);
  }
  expect(await errorOf(tokens.getToken())).toMatchObject({
    code: 'ERR_REFRESH_LIMIT',
    message: 'Too many new tokens were refused or had expired',
    retryAfter: 30_000 - 15_500,
  });
  expect(server.calls).toBe(5);
});

describe('the background refresh', () => {
  const dueForIt = async (options: { readonly backgroundWindow?: number } = {}) => {
    const session = testSession({
      expiresIn: HOUR,
      backgroundWindow: 600_000,
      random: () => 0.5,
      ...options,
    });
    await session.tokens.getToken();
    await session.clock.advance(HOUR - 600_000);
    return session;
  };

  it('gives the token that there is, and says why it refreshes', async () => {
    const { tokens, server } = await dueForIt();
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.seen.map(({ context }) => context.reason)).toEqual(['due']);
  });

  it('is made once, however many ask, and not where nobody wants it', async () => {
    const { tokens, server } = await dueForIt();
    const release = server.hold();
    for (let count = 0; count < 3; count++) await tokens.getToken();
    release();
    await settle();
    expect(server.calls).toBe(1);
    const without = await dueForIt({ backgroundWindow: 0 });
    await without.tokens.getToken();
    await settle();
    expect(without.server.calls).toBe(0);
  });

  it('waits for the back-off', async () => {
    const { tokens, server, clock } = await dueForIt();
    server.next(unavailable);
    await tokens.getToken();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.calls).toBe(1);
    await clock.advance(1000);
    await tokens.getToken();
    await settle();
    expect(server.calls).toBe(2);
  });

  it('is not made for a session that has ended', async () => {
    const { tokens, server } = await dueForIt();
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    await tokens.getToken();
    await settle();
    expect([tokens.status, server.calls]).toEqual(['ended', 1]);
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(server.calls).toBe(1);
  });
});

describe('a call from inside the refresh', () => {
  it('is told so', async () => {
    const { tokens, server } = testSession();
    server.next(async (redeem) => {
      const { signal } = server.seen[0]?.context ?? {};
      expect(await errorOf(tokens.getToken({ signal }))).toMatchObject({
        code: 'ERR_REENTRANT',
        message: 'Called from inside the refresh that it would wait for',
      });
      return redeem();
    });
    expect(await outcome(tokens.getToken())).toBe(server.live);
    expect(server.calls).toBe(1);
  });

  it('is one with the signal of a refresh that goes on, and none afterwards', async () => {
    const { tokens, server, clock } = testSession();
    await tokens.getToken();
    await settle();
    clock.jump(2 * HOUR);
    expect(await outcome(tokens.getToken({ signal: server.seen[0]?.context.signal }))).toBe(
      server.live,
    );
  });
});

it('a caller that has aborted already begins no refresh', async () => {
  const { tokens, server } = testSession();
  await expect(tokens.refresh({ signal: AbortSignal.abort('left') })).rejects.toBe('left');
  await settle();
  expect(server.calls).toBe(0);
});

once('earlier callers alone wait for the refresh of a session that was replaced', async () => {
  const { tokens, server, clock } = testSession({ lock: scriptedLock('open').lock });
  server.next(() => new Promise(() => undefined));
  const before = outcome(tokens.getToken());
  await settle();
  await tokens.setSession({
    accessToken: 'second',
    refreshToken: 'another',
    expiresAt: clock.now() - 1,
  });
  server.next(() => ({ access_token: 'third', refresh_token: 'next', expires_in: 3600 }));
  expect(await outcome(tokens.getToken())).toBe('third');
  expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'another']);
  await clock.advance(30_000);
  expect(await before).toBe('ERR_WAIT_LIMIT');
});

describe('the store', () => {
  once('tells of a change before it was ever read: nothing more is read', async () => {
    const cell = sharedCell();
    const { tokens } = testSession({ store: cell.open() });
    cell.hooks.beforeRead = () => new Promise(() => undefined);
    void tokens.getToken().catch(() => undefined);
    await settle();
    cell.notify();
    await settle();
    expect(cell.reads).toBe(1);
  });

  once(
    'tells of a change after the manager was closed, though it was told to stop: nothing is read',
    async () => {
      const cell = sharedCell();
      const listeners: (() => void)[] = [];
      const store: TokenStore = {
        ...cell.open(),
        subscribe(listener) {
          listeners.push(listener);
          return () => undefined;
        },
      };
      const { tokens } = testSession({ store });
      await tokens.getToken();
      await tokens.close();
      const { reads } = cell;
      for (const listener of listeners) listener();
      await settle();
      expect([listeners.length, cell.reads]).toEqual([1, reads]);
    },
  );

  once(
    'fails its first read after somebody has signed in: that does not concern a request that waits for a refresh',
    async () => {
      const cell = sharedCell();
      const { tokens, server } = testSession({ store: cell.open() });
      let fail: (reason: Error) => void = () => undefined;
      cell.hooks.beforeRead = () => {
        cell.hooks.beforeRead = undefined;
        return new Promise((_, reject) => (fail = reject));
      };
      void tokens.getToken().catch(() => undefined);
      await settle();
      await tokens.setSession(server.first);
      const release = server.hold();
      const waiting = outcome(tokens.refresh());
      await settle();
      fail(new Error('down'));
      await settle();
      release();
      expect(await waiting).toBe(server.live);
    },
  );

  once(
    'fails its first read while somebody signs in: waiting requests get the session',
    async () => {
      const cell = sharedCell();
      const { tokens } = testSession({ store: cell.open() });
      let fail: (reason: Error) => void = () => undefined;
      cell.hooks.beforeRead = () => {
        cell.hooks.beforeRead = undefined;
        return new Promise((_, reject) => (fail = reject));
      };
      const waiting = outcome(tokens.getToken());
      await settle();
      let write = (): void => undefined;
      cell.hooks.beforeWrite = () => new Promise<void>((resolve) => (write = resolve));
      const signingIn = tokens.setSession({ accessToken: 'second' });
      await settle();
      fail(new Error('down'));
      await settle();
      write();
      await signingIn;
      expect(await waiting).toBe('second');
    },
  );
});

describe('closing', () => {
  it('turns away at once who waits for a store that does not answer', async () => {
    const cell = sharedCell();
    const { tokens } = testSession({ store: cell.open() });
    cell.hooks.beforeRead = () => new Promise(() => undefined);
    const waiting = errorOf(tokens.getToken());
    await settle();
    await tokens.close();
    expect(await waiting).toMatchObject({
      code: 'ERR_CLOSED',
      message: 'The token manager was closed',
    });
  });

  it('lets a refresh that was sent end, and hears of nobody afterwards', async () => {
    const { tokens, server, events } = testSession();
    const release = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    let closed = false;
    const closing = tokens.close().then(() => (closed = true));
    await settle();
    expect(closed).toBe(false);
    release();
    await closing;
    expect(await waiting).toBe(server.live);
    expect(events.map(({ type }) => type)).toContain('refreshed');
    expect(await outcome(tokens.getToken())).toBe('ERR_CLOSED');
    expect(await outcome(tokens.setSession(server.first))).toBe('ERR_CLOSED');
    expect(await outcome(tokens.signOut())).toBe('ERR_CLOSED');
  });

  it('does not tell anybody what comes later', async () => {
    const { tokens, server, clock, events } = testSession();
    let answer: (value: unknown) => void = () => undefined;
    server.next(() => new Promise((resolve) => (answer = resolve)));
    void tokens.getToken().catch(() => undefined);
    await clock.advance(65_000); // the refresh was given up; its answer may still come
    await tokens.close();
    events.length = 0;
    answer({ access_token: 'late', refresh_token: 'rt-late', expires_in: 60 });
    await clock.advance(1000);
    expect(events).toEqual([]);
  });
});

describe('a refresh that was asked for', () => {
  it('says that nobody is signed in, where that is so', async () => {
    const tokens = createTokenManager({ refresh: () => Promise.reject(new Error('never called')) });
    expect(await errorOf(tokens.refresh())).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message: 'Nobody is signed in',
    });
  });

  it('is tried once for a session that has ended, and again where it ended anew', async () => {
    const { tokens, server } = testSession();
    const refuse = () => {
      throw httpError(400, { error: 'invalid_grant' });
    };
    server.next(refuse);
    expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
    server.next(refuse);
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(server.calls).toBe(2);
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(server.calls).toBe(2);
  });
});

describe('what this manager did itself is told as its own, also where a notice of the write comes first', () => {
  it('a sign-in, a refresh and a sign-out', async () => {
    const { tokens, server, events } = testSession();
    await tokens.setSession({ ...server.first, accessToken: 'first', expiresAt: undefined });
    await tokens.refresh();
    await settle();
    await tokens.signOut();
    await settle();
    const told = events.filter(({ type }) => type !== 'ready');
    expect(
      told.map((event) => [
        event.type,
        'by' in event ? event.by : 'outcome' in event && event.outcome,
      ]),
    ).toEqual([
      [expect.stringMatching(/^signedIn|refreshed$/), 'self'],
      ['refreshStarted', false],
      ['refreshed', 'self'],
      ['refreshEnded', 'refreshed'],
      ['signedOut', 'self'],
    ]);
  });

  once.each([0, 1, 2, 3, 5, 8, 13])(
    'a refresh, told %d turns before the write is answered',
    async (turns) => {
      const cell = sharedCell();
      cell.hooks.afterWrite = async () => {
        for (let turn = 0; turn < turns; turn++) await Promise.resolve();
      };
      const { tokens, server, ofType } = testSession({ store: cell.open() });
      await tokens.setSession({ ...server.first, expiresAt: 0 });
      await tokens.getToken();
      await settle();
      expect(ofType('refreshed').map(({ by }) => by)).toEqual(['self']);
      expect(ofType('refreshEnded').map(({ outcome }) => outcome)).toEqual(['refreshed']);
    },
  );
});
