// What becomes of a session through the manager: what is announced, asked, refused and found.
import { describe, expect, it as once } from '@jest/globals';
import {
  createTokenManager,
  type TokenManagerOptions,
  type TokenSet,
  tokenErrorOf,
} from '../../src/index.ts';
import { home, it } from '../support/both-homes.ts';
import { settle, testClock } from '../support/clock.ts';
import { seededRandom } from '../support/random.ts';
import { httpError, outcome, seededStore, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;
const errorOf = async (promise: Promise<unknown>) =>
  tokenErrorOf(await promise.catch((error: unknown) => error));
const refuse = () => {
  throw httpError(400, { error: 'invalid_grant' });
};
const unavailable = () => {
  throw httpError(503);
};

describe('20: tokens that are announced again', () => {
  it('twice in a row, as a component that mounts twice does, are one session', async () => {
    const { tokens, server, events, ofType } = testSession({ from: 'refresh', expiresIn: HOUR });
    await tokens.ready();
    events.length = 0;
    const login = { accessToken: 'new', refreshToken: 'rt-new', expiresAt: undefined };
    await Promise.all([tokens.setSession(login), tokens.setSession({ ...login })]);
    const first = await tokens.getToken();
    await tokens.setSession({ ...login });
    expect(await tokens.getToken()).toEqual(first);
    expect([first?.generation, ofType('signedIn').length, server.calls]).toEqual([0, 1, 0]);
  });

  it('during their refresh turn nobody away, and change nothing', async () => {
    const { tokens, server, events } = testSession();
    await tokens.ready();
    const open = server.hold();
    const waiting = outcome(tokens.getToken());
    await settle();
    events.length = 0;
    await tokens.setSession(server.first);
    expect(events).toEqual([]);
    open();
    expect(await waiting).toBe('at-2');
    expect([server.calls, server.reuses, tokens.status]).toEqual([1, 0, 'signedIn']);
  });

  it('after their refresh are older: the rotated ones stay', async () => {
    const { tokens, server } = testSession();
    await tokens.getToken();
    await tokens.refresh();
    await settle();
    await tokens.setSession(server.first);
    expect((await tokens.getToken())?.accessToken).toBe('at-3');
    expect(await outcome(tokens.refresh())).toBe('at-4');
    expect(server.reuses).toBe(0);
  });

  it('with their access token alone do not take the refresh token away', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.ready();
    await tokens.setSession({ accessToken: 'at-1' });
    expect(await outcome(tokens.refresh())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('after a sign-out are refused, with an error that says what helps; with again they count', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.ready();
    await tokens.signOut();
    expect(await errorOf(tokens.setSession(server.first))).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message:
        'These tokens are of a session that is over; setSession(tokens, { again: true }) takes them',
    });
    expect([tokens.status, await tokens.getToken()]).toEqual(['signedOut', undefined]);
    await tokens.setSession(server.first, { again: true });
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(await outcome(tokens.refresh())).toBe('at-2');
  });

  it('of the session before the current one are refused as well', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.ready();
    await tokens.setSession({ accessToken: 'other', refreshToken: 'rt-other' });
    expect(await outcome(tokens.setSession(server.first))).toBe('ERR_SIGNED_OUT');
    expect(await outcome(tokens.getToken())).toBe('other');
  });

  once('by a second process after the first one refreshed change nothing', async () => {
    const clock = testClock();
    const cell = sharedCell();
    const one = testSession({ clock, store: cell.open() });
    const other = testSession({ clock, store: cell.open(), server: one.server, seed: 2 });
    await one.tokens.setSession(one.server.first);
    expect(await outcome(one.tokens.getToken())).toBe('at-2');
    await settle();
    await other.tokens.setSession(one.server.first); // not read yet: decided on what the store holds
    expect(await outcome(other.tokens.getToken())).toBe('at-2');
    expect([cell.record?.gen, one.server.calls, one.server.reuses]).toEqual([1, 1, 0]);
  });

  it('by the refresh itself, of no use each time, do not call the token endpoint without end', async () => {
    const clock = testClock();
    let calls = 0;
    const { tokens } = testSession({
      clock,
      async refresh() {
        if (++calls > 20) return new Promise(() => undefined);
        const dead = {
          accessToken: `a-${calls}`,
          refreshToken: `r-${calls}`,
          expiresAt: clock.now() - 1,
        };
        await tokens.setSession(dead);
        return { access_token: dead.accessToken, refresh_token: dead.refreshToken, expires_in: 0 };
      },
    });
    for (let second = 0; second < 29; second++) {
      void tokens.getToken().catch(() => undefined);
      await clock.advance(1000);
    }
    expect(calls).toBeLessThanOrEqual(5);
    await clock.advance(31_000);
  });
});

describe('33: a store that shows nobody is read again when somebody asks', () => {
  const quiet = (initial?: unknown) => {
    const cell = sharedCell(initial);
    return { cell, ...testSession({ store: cell.open({ subscribe: false }) }) };
  };
  const session = (expiresAt?: number) => ({
    accessToken: 'at-1',
    refreshToken: 'rt-1',
    ...(expiresAt !== undefined && { expiresAt }),
  });

  once('at most once a second, however many ask', async () => {
    const { cell, tokens, clock, events } = quiet();
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 1]);
    cell.put(session());
    await clock.advance(999);
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 1]);
    await clock.advance(1);
    const found = await Promise.all(Array.from({ length: 100 }, () => outcome(tokens.getToken())));
    expect([new Set(found), cell.reads]).toEqual([new Set(['at-1']), 2]);
    expect(events).toMatchObject([
      { type: 'ready', status: 'signedOut' },
      { type: 'signedIn', by: 'peer' },
    ]);
  });

  once('also by a refresh that is asked for', async () => {
    const { cell, tokens, clock } = quiet();
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
    cell.put(session());
    await clock.advance(1000);
    expect(await outcome(tokens.refresh())).toBe('at-2');
  });

  once(
    'where somebody was: a session that was away goes on, at its newest generation',
    async () => {
      const { cell, tokens, clock, server, ofType } = quiet(session(0));
      expect(await outcome(tokens.getToken())).toBe('at-2');
      await settle();
      const { record } = cell;
      cell.put(undefined);
      await clock.advance(2 * HOUR);
      expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT'); // away while it was refreshed
      expect([tokens.status, await tokens.getToken()]).toEqual(['signedOut', undefined]);
      cell.put(record);
      await clock.advance(1000);
      expect(await outcome(tokens.getToken())).toBe('at-3');
      expect([server.reuses, ofType('warning').map(({ code }) => code)]).toEqual([0, ['AWAY']]);
    },
  );

  once('where somebody had signed out elsewhere, and in again', async () => {
    const { cell, tokens, clock } = quiet(session());
    const other = testSession({ clock, store: cell.open(), seed: 2 });
    await tokens.getToken();
    await other.tokens.signOut();
    await outcome(tokens.refresh());
    expect(await tokens.getToken()).toBeUndefined();
    await other.tokens.setSession({ accessToken: 'elsewhere', refreshToken: 'rt-e' });
    await clock.advance(1000);
    expect(await outcome(tokens.getToken())).toBe('elsewhere');
  });

  once('and where that fails, nobody is signed in, as before', async () => {
    const { cell, tokens, clock } = quiet();
    await tokens.getToken();
    cell.hooks.beforeRead = () => {
      throw new Error('down');
    };
    await clock.advance(1000);
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 2]);
    expect([await tokens.getToken(), cell.reads]).toEqual([undefined, 2]);
    expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
    cell.hooks.beforeRead = () => new Promise(() => undefined);
    await clock.advance(1000);
    const waiting = outcome(tokens.getToken());
    await clock.advance(10_000);
    expect(await waiting).toBeUndefined();
  });

  once('but not what was signed out here, before the store knows of it', async () => {
    const { cell, tokens, clock } = quiet(session());
    await tokens.getToken();
    cell.hooks.beforeWrite = () => {
      throw new Error('down');
    };
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    for (let second = 0; second < 5; second++) {
      await clock.advance(1000);
      expect(await tokens.getToken()).toBeUndefined();
    }
    cell.hooks.beforeWrite = undefined;
    await clock.advance(10_000);
    expect([await tokens.getToken(), cell.record?.status]).toEqual([undefined, 'signedOut']);
  });
});

describe('a session to begin with', () => {
  const begin = (tokens: unknown, more: Partial<TokenManagerOptions> = {}) => {
    const seen: TokenSet[] = [];
    const manager = createTokenManager({
      clock: testClock(),
      random: seededRandom(1),
      tokens,
      refresh: async (current: TokenSet) => {
        seen.push(current);
        return { access_token: 'next', refresh_token: 'rt-next', expires_in: 3600 };
      },
      ...more,
    } as TokenManagerOptions);
    return { manager, seen };
  };

  once.each([
    [{ accessToken: 'a', refreshToken: 'r' }],
    [{ access_token: 'a', refresh_token: 'r', expires_in: 3600 }],
  ])('is there at once: %j', async (tokens) => {
    const { manager, seen } = begin(tokens);
    expect([manager.status, manager.issued?.('a')]).toEqual(['signedIn', true]);
    expect(await manager.getToken()).toMatchObject({ accessToken: 'a', generation: 0 });
    expect(await outcome(manager.replaceRejected('a'))).toBe('next');
    expect(seen).toMatchObject([{ accessToken: 'a', refreshToken: 'r' }]);
  });

  once(
    'is that of this manager alone, and never seen by the refresh token in what it gives',
    async () => {
      const first = begin({ accessToken: 'a', refreshToken: 'secret', expiresAt: 0 });
      expect(await outcome(first.manager.getToken())).toBe('next');
      const token = await begin({ accessToken: 'a', refreshToken: 'secret' }).manager.getToken();
      expect(JSON.stringify(token)).not.toContain('secret');
      expect(Object.isFrozen(token)).toBe(true);
    },
  );
});

describe('ready', () => {
  it('says what there is, refreshes nothing, and tells it as one event', async () => {
    const { tokens, server, events } = testSession();
    expect(await Promise.all([tokens.ready(), tokens.ready()])).toEqual(['signedIn', 'signedIn']);
    await settle();
    expect(server.calls).toBe(0);
    expect(events).toMatchObject(
      home() === 'memory' ? [] : [{ type: 'ready', status: 'signedIn' }], // begun with tokens, it was known before anybody listened
    );
    server.next(refuse);
    await outcome(tokens.getToken());
    expect(await tokens.ready()).toBe('ended');
    await tokens.signOut();
    expect(await tokens.ready()).toBe('signedOut');
  });

  it('with acquire tries that, once, and says that nobody is signed in where the server does', async () => {
    const { tokens, server, events } = testSession({ from: 'acquire' });
    expect(tokens.status).toBe('unknown');
    server.next(() => {
      throw httpError(401);
    });
    expect(await Promise.all([tokens.ready(), tokens.ready()])).toEqual(['signedOut', 'signedOut']);
    expect([server.calls, tokens.status]).toEqual([1, 'signedOut']);
    expect(events.filter(({ type }) => type === 'ready')).toMatchObject([{ status: 'signedOut' }]);
    const other = testSession({ from: 'acquire' });
    expect([await other.tokens.ready(), other.server.calls]).toEqual(['signedIn', 1]);
  });

  it('rejects while it cannot be known, and ends with its signal', async () => {
    const { tokens, server } = testSession({ from: 'acquire' });
    server.next(() => {
      throw httpError(429, undefined, { 'retry-after': '3600' });
    });
    expect(await errorOf(tokens.ready())).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      action: 'retry',
    });
    expect([await outcome(tokens.ready()), tokens.status]).toEqual([
      'ERR_REFRESH_UNAVAILABLE',
      'unknown',
    ]);
    const other = testSession({ from: 'acquire' });
    other.server.hold();
    const controller = new AbortController();
    const waiting = other.tokens.ready({ signal: controller.signal });
    controller.abort('left');
    await expect(waiting).rejects.toBe('left');
  });

  once('rejects where the store cannot be read, and knows as soon as it can', async () => {
    const cell = sharedCell({ accessToken: 'a', refreshToken: 'r' });
    const { tokens } = testSession({ store: cell.open() });
    cell.hooks.beforeRead = () => {
      throw new Error('down');
    };
    expect([await outcome(tokens.ready()), tokens.status]).toEqual([
      'ERR_REFRESH_UNAVAILABLE',
      'unknown',
    ]);
    cell.hooks.beforeRead = undefined;
    expect(await tokens.ready()).toBe('signedIn');
    await tokens.close();
    const { tokens: closed } = testSession({ store: cell.open() });
    await closed.close();
    expect(await outcome(closed.ready())).toBe('ERR_CLOSED');
  });
});

describe('a token that the API refused', () => {
  once.each([
    ['by its text', (): string => 'at-1'],
    [
      'by its generation',
      (token: { session: string; generation: number }) => ({
        session: token.session,
        generation: token.generation,
      }),
    ],
  ])('55: %s, is replaced also by a manager that has read nothing yet', async (_, name) => {
    const clock = testClock();
    const store = seededStore({ accessToken: 'at-1', refreshToken: 'rt-1' });
    const one = testSession({ clock, store });
    const token = await one.tokens.getToken();
    const other = testSession({ clock, store, server: one.server, seed: 2 });
    const rejected = name(token as NonNullable<typeof token>);
    expect(await outcome(other.tokens.replaceRejected(rejected))).toBe('at-2');
    expect(await outcome(one.tokens.replaceRejected(rejected))).toBe('at-2');
    expect([one.server.calls, one.server.reuses]).toEqual([1, 0]);
  });

  it('by its generation, is replaced by the next one, and once', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    const { session, generation } = (await tokens.getToken()) as NonNullable<
      Awaited<ReturnType<typeof tokens.getToken>>
    >;
    const again = { session, generation };
    expect(await tokens.replaceRejected(again)).toMatchObject({
      accessToken: 'at-2',
      session,
      generation: 1,
    });
    expect(await outcome(tokens.replaceRejected(again))).toBe('at-2');
    expect(await tokens.replaceRejected({ session: 'another', generation: 0 })).toBeUndefined();
    expect(server.calls).toBe(1);
  });

  it('23: is told with what follows, and an error says why nothing does', async () => {
    const { tokens, server, clock, ofType } = testSession({ expiresIn: HOUR });
    const then = () => ofType('rejected').map((event) => event.then);
    await tokens.getToken();
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('at-2');
    await settle();
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('at-2');
    expect(await errorOf(tokens.replaceRejected('at-2'))).toMatchObject({
      code: 'ERR_REFRESH_LIMIT',
      message: 'The API refused a new token',
      retryAfter: 1000,
    });
    expect(then()).toEqual(['refresh', 'late', 'limited']);
    await clock.advance(60_000);
    server.next(unavailable);
    expect(await outcome(tokens.replaceRejected('at-2'))).toBe('ERR_REFRESH_UNAVAILABLE');
    const blocked = outcome(tokens.replaceRejected('at-2'));
    expect(then().slice(3)).toEqual(['refresh', 'backOff']);
    server.next(refuse);
    await clock.advance(2000); // the silence is over within a second, and it joins the next try
    expect(await blocked).toBe('ERR_SESSION_ENDED');
    expect(await outcome(tokens.replaceRejected('at-2'))).toBe('ERR_SESSION_ENDED');
    expect(then().slice(5)).toEqual(['ended']);
    expect(await tokens.replaceRejected('unknown')).toBeUndefined();
    expect(then().length).toBe(6);
  });

  it('24: of a session that has ended, is the same error each time', async () => {
    const { tokens, server } = testSession({ expiresIn: HOUR });
    await tokens.getToken();
    server.next(refuse);
    const errors = [];
    for (let count = 0; count < 3; count++)
      errors.push(await errorOf(tokens.replaceRejected('at-1')));
    expect(errors.map((error) => error?.code)).toEqual(Array(3).fill('ERR_SESSION_ENDED'));
    expect([await tokens.getToken(), server.calls, tokens.status]).toEqual([undefined, 1, 'ended']);
  });
});

describe('31: what is there and cannot be read', () => {
  once.each<[string, unknown]>([
    ['a text', 'eyJhbGciOiJub25lIn0.e30.'],
    ['another program’s object', { theme: 'dark' }],
    ['a record that is damaged', { v: 1, session: 's', gen: 'x', status: 'active' }],
  ])('(%s) is replaced by a sign-in and by a sign-out, and by nothing else', async (_, value) => {
    const cell = sharedCell(value);
    const one = testSession({ store: cell.open() });
    expect(await outcome(one.tokens.getToken())).toBe('ERR_STORE_RECORD');
    expect(cell.writes).toBe(0);
    await one.tokens.signOut();
    expect(cell.record).toMatchObject({ v: 1, status: 'signedOut' });
    cell.put(value);
    const other = testSession({ store: cell.open(), seed: 2 });
    await other.tokens.setSession({ accessToken: 'a', refreshToken: 'r' });
    expect(await outcome(other.tokens.getToken())).toBe('a');
  });

  once('is left alone where it is a record of another format version', async () => {
    const later = { v: 2, anything: true };
    const cell = sharedCell(later);
    const { tokens } = testSession({ store: cell.open() });
    for (const call of [
      () => tokens.getToken(),
      () => tokens.setSession({ accessToken: 'a' }),
      () => tokens.signOut(),
    ])
      expect(await outcome(call())).toBe('ERR_STORE_RECORD');
    expect(cell.record).toEqual(later);
  });
});
