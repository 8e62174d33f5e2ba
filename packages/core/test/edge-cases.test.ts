import { describe, expect, it, jest } from '@jest/globals';
import { createTokenManager, type RefreshLock, TokenError, type TokenEvent } from '../src/index.ts';
import { systemClock } from '../src/adapter.ts';
import { settle, testClock } from './support/clock.ts';
import { strictServer } from './support/server.ts';
import { httpError, outcome, seededStore, testSession } from './support/session.ts';
import { sharedCell } from './support/shared-cell.ts';
import { scriptedLock } from './support/scripted-lock.ts';
import { unhandledRejections } from './support/unhandled-rejections.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const times = <T>(count: number, run: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => run(index));

it('1: a burst of 10 expired requests is 1 refresh and 10 successes', async () => {
  const { server, tokens } = testSession();
  expect(await Promise.all(times(10, () => outcome(tokens.getToken())))).toEqual(
    times(10, () => 'at-2'),
  );
  expect([server.calls, server.reuses]).toEqual([1, 0]);
});

it('2: a failed refresh settles every waiter, once, with the same typed error', async () => {
  const { clock, server, tokens } = testSession();
  server.next(() => {
    throw httpError(500);
  });
  let settled = 0;
  const errors = await Promise.all(
    times(5, () =>
      tokens
        .getToken()
        .catch((error: unknown) => error)
        .finally(() => settled++),
    ),
  );
  expect(new Set(errors).size).toBe(1);
  expect(errors[0]).toBeInstanceOf(TokenError);
  expect(settled).toBe(5);
  await settle();
  expect(clock.pending).toBe(0);
});

it('3: a late 401 for an old token makes no second refresh', async () => {
  const { server, tokens } = testSession({ expiresIn: HOUR });
  await tokens.getToken();
  expect(await Promise.all(times(8, () => outcome(tokens.replaceRejected('at-1'))))).toEqual(
    times(8, () => 'at-2'),
  );
  expect(await Promise.all(times(8, () => outcome(tokens.replaceRejected('at-1'))))).toEqual(
    times(8, () => 'at-2'),
  );
  expect([server.calls, server.reuses]).toEqual([1, 0]);
});

it('4: every way in shares one flight: background, pre-check, 401, by hand, of several managers', async () => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() + HOUR });
  const store = seededStore(server.first);
  const both = times(2, (seed) =>
    testSession({ clock, server, store, seed: seed + 1, backgroundWindow: 300_000 }),
  );
  await Promise.all(both.map(({ tokens }) => tokens.getToken()));
  await clock.advance(HOUR - 200_000);
  await Promise.all(
    both.flatMap(({ tokens }) => [
      tokens.getToken(),
      tokens.getToken({ validFor: 600_000 }),
      tokens.replaceRejected('at-1'),
      tokens.refresh(),
    ]),
  );
  expect([server.calls, server.reuses]).toEqual([1, 0]);
});

it.each([
  ['at once', 0],
  ['after an await', 1],
])(
  '5: the refresh call goes through the client that it serves, %s: told so, no deadlock',
  async (_, turns) => {
    const clock = testClock();
    const tokens = createTokenManager({
      tokens: { accessToken: 'old', refreshToken: 'r', expiresAt: 0 },
      clock,
      async refresh(_, { signal }) {
        for (let turn = 0; turn < turns; turn++) await settle();
        const inside = await tokens.getToken({ signal }).catch((error: TokenError) => error.code);
        expect(inside).toBe('ERR_REENTRANT'); // what adapters take as: send it as it is
        return { accessToken: 'new' };
      },
    });
    expect(await outcome(tokens.getToken())).toBe('new');
  },
);

it('6: the token endpoint never answers: nobody hangs for ever', async () => {
  const { clock, server, tokens } = testSession();
  server.next(() => new Promise(() => undefined));
  const waits = times(9, () => outcome(tokens.getToken()));
  await clock.advance(30_000);
  expect(await Promise.all(waits)).toEqual(times(9, () => 'ERR_WAIT_LIMIT'));
  await clock.advance(125_000);
  expect(clock.pending).toBe(0);
});

it('7: an API that always answers 401: 5 refreshes in 30 s at most, and far fewer later', async () => {
  const { clock, server, tokens } = testSession({ expiresIn: HOUR });
  const calls: number[] = [];
  for (let second = 0; second < 600; second++) {
    const token = await tokens.getToken().catch(() => undefined);
    if (token !== undefined) await outcome(tokens.replaceRejected(token.accessToken));
    calls.push(server.calls);
    await clock.advance(1000);
  }
  for (let second = 30; second < 600; second++)
    expect((calls[second] ?? 0) - (calls[second - 30] ?? 0)).toBeLessThanOrEqual(5);
  expect((calls[599] ?? 0) - (calls[300] ?? 0)).toBeLessThanOrEqual(5);
});

describe('8: not a logout:', () => {
  it.each([
    ['a network error', new TypeError('fetch failed')],
    ['a 500', httpError(500)],
    ['a 502', httpError(502)],
    ['a 429', httpError(429, undefined, { 'retry-after': '60' })],
    [
      'an HTML page from a proxy, that no parser reads',
      new SyntaxError('Unexpected token < in JSON'),
    ],
    ['an HTML page from a proxy, as an error', httpError(503, '<html>')],
    ['a 403 from a firewall', httpError(403, '<html>')],
    ['an abort', new DOMException('aborted', 'AbortError')],
  ])('%s', async (_, error) => {
    const { clock, server } = testSession();
    const cell = sharedCell(server.first);
    const { tokens, ofType } = testSession({ clock, server, store: cell.open() });
    server.next(() => {
      throw error;
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(tokens.status).toBe('signedIn');
    expect(cell.record?.tokens?.refreshToken).toBe('rt-1');
    expect([ofType('signedOut'), ofType('sessionEnded')]).toEqual([[], []]);
    await clock.advance(75_001); // jitter above what the server asked for
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('an HTML page from a proxy, taken for the answer', async () => {
    const { clock, server, tokens } = testSession();
    server.next(() => '<html>');
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(tokens.status).toBe('signedIn');
    await clock.advance(1000);
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });
});

it('9: a refresh fails while the token is valid: requests go out with it', async () => {
  const { clock, server, tokens } = testSession({ expiresIn: HOUR });
  await tokens.getToken();
  await clock.advance(HOUR - 20_000);
  server.next(() => {
    throw httpError(500);
  });
  expect(await Promise.all(times(5, () => outcome(tokens.getToken())))).toEqual(
    times(5, () => 'at-1'),
  );
  expect(server.calls).toBe(1);
});

it('10: a window longer than the token’s lifetime: one refresh a lifetime', async () => {
  const { clock, server, tokens } = testSession({
    lifetime: 20,
    skewWindow: 60_000,
    backgroundWindow: 60_000,
  });
  for (let second = 0; second < 200; second++) {
    expect(await outcome(tokens.getToken())).toMatch(/^at-/);
    await clock.advance(1000);
  }
  expect(server.calls).toBeLessThanOrEqual(14);
});

it('14: a sibling that no lock keeps out redeems first: it is waited for, and its token is taken', async () => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() - 1 });
  const cell = sharedCell(server.first);
  // A sibling with a lock of its own is as good as none.
  const [one, two] = times(2, (seed) =>
    testSession({
      clock,
      server,
      seed: seed + 1,
      store: cell.open({ subscribe: false, lock: scriptedLock('open').lock }),
    }),
  );
  const waiting = Promise.all([
    outcome(one?.tokens.getToken() as Promise<unknown>),
    outcome(two?.tokens.getToken() as Promise<unknown>),
  ]);
  await clock.advance(2000);
  expect(await waiting).toEqual(['at-2', 'at-2']);
  expect([server.calls, server.reuses]).toEqual([1, 0]);
  expect(two?.tokens.status).toBe('signedIn');
});

describe('15: while a refresh is in flight,', () => {
  it('a sign-out: the old session does not come back', async () => {
    const { server, tokens } = testSession();
    const open = server.hold();
    void outcome(tokens.getToken());
    await settle();
    await tokens.signOut();
    open();
    await settle();
    expect(tokens.status).toBe('signedOut');
    expect(await outcome(tokens.getToken())).toBeUndefined();
  });

  it('a sign-in: the old session does not come back', async () => {
    const { server, tokens } = testSession();
    const open = server.hold();
    void outcome(tokens.getToken());
    await settle();
    await tokens.setSession({ accessToken: 'new' });
    open();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('new');
  });
});

it('16: a caller aborts: the shared refresh lives, its rotation is kept, and nobody else is rejected', async () => {
  const { server, tokens } = testSession();
  const open = server.hold();
  const controller = new AbortController();
  const first = outcome(tokens.getToken({ signal: controller.signal })); // the one that started it
  const others = times(5, () => outcome(tokens.getToken()));
  await settle();
  controller.abort('left');
  expect(await first).toBe('left');
  open();
  expect(await Promise.all(others)).toEqual(times(5, () => 'at-2'));
  await tokens.refresh();
  expect([server.calls, server.reuses]).toEqual([2, 0]);
});

describe('22: the refresh token of the answer', () => {
  it('absent: the old one is kept', async () => {
    const { server, tokens } = testSession();
    server.next(() => ({ access_token: 'a' }));
    await tokens.getToken();
    await tokens.refresh();
    expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'rt-1']);
  });
  it('present: it replaces the old one', async () => {
    const { server, tokens } = testSession();
    await tokens.getToken();
    await tokens.refresh();
    expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'rt-2']);
  });
});

it.each([
  httpError(500),
  httpError(502),
  httpError(503),
  httpError(504),
  new TypeError('fetch failed'),
])('23: the grant is not blindly retried (%p)', async (error) => {
  const { clock, server, tokens } = testSession();
  server.next(() => {
    throw error;
  });
  const waiting = outcome(tokens.getToken());
  await clock.advance(499); // the shortest back-off
  expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
  const late = outcome(tokens.getToken());
  await settle();
  expect(server.calls).toBe(1);
  await clock.advance(1000);
  expect(await late).toBe('at-2'); // joined the next try
});

it('24: a token lifetime over 24.8 days: no refresh before its time, and none at once', async () => {
  jest.useFakeTimers();
  try {
    const server = strictServer({ expiresAt: Date.now() + 60 * DAY, lifetime: 60 * 86_400 });
    const tokens = createTokenManager({
      tokens: server.first,
      refresh: server.refresh,
      backgroundWindow: 300_000,
      clock: systemClock,
    });
    await tokens.getToken();
    for (let day = 0; day < 59; day++) {
      jest.advanceTimersByTime(DAY);
      expect(await outcome(tokens.getToken())).toBe('at-1');
    }
    expect(server.calls).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

it('25: a background refresh failure is an event, no unhandled rejection, and leaves no timer', async () => {
  const unhandled = unhandledRejections();
  try {
    const { clock, server, tokens, ofType } = testSession({
      expiresIn: HOUR,
      backgroundWindow: 300_000,
    });
    await tokens.getToken();
    await clock.advance(HOUR - 100_000);
    server.next(() => {
      throw httpError(500);
    });
    expect(await outcome(tokens.getToken())).toBe('at-1');
    await settle();
    expect(ofType('refreshEnded').filter(({ outcome: how }) => how === 'failed')).toHaveLength(1);
    expect(clock.pending).toBe(0);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled.reasons).toEqual([]);
  } finally {
    unhandled.stop();
  }
});

it('27: no module-level state: two users of one server share nothing', async () => {
  const clock = testClock();
  const users = ['anna', 'ben'].map((user, index) => {
    const events: TokenEvent[] = [];
    const tokens = createTokenManager({
      tokens: { accessToken: `${user}-1`, refreshToken: user, expiresAt: 0 },
      clock,
      refresh: async ({ refreshToken }) => ({
        access_token: `${refreshToken}-${index + 2}`,
        expires_in: 3600,
      }),
    });
    tokens.subscribe((event) => events.push(event));
    return { tokens, events };
  });
  expect(await Promise.all(users.map(({ tokens }) => outcome(tokens.getToken())))).toEqual([
    'anna-2',
    'ben-3',
  ]);
  expect(
    await outcome(users[0]?.tokens.replaceRejected('ben-3') as Promise<unknown>),
  ).toBeUndefined();
  expect(users[0]?.tokens.issued?.('ben-3')).toBe(false);
  await users[0]?.tokens.signOut();
  expect(users[1]?.tokens.status).toBe('signedIn');
  expect(users[1]?.events.filter(({ type }) => type === 'signedOut')).toEqual([]);
});

describe('31: the client’s clock is wrong by hours:', () => {
  it.each([-5 * HOUR, 5 * HOUR, -400 * DAY, 400 * DAY])(
    '%d ms: no storm, and no expired token is served',
    async (off) => {
      const { clock, server, tokens } = testSession({ expiresIn: HOUR });
      clock.jump(off);
      for (let minute = 0; minute < 180; minute++) {
        const token = await tokens.getToken();
        // The server’s own view: its tokens live for an hour from when it issued them.
        expect(token?.accessToken).toBe(server.live);
        await clock.advance(60_000);
      }
      expect(server.calls).toBeLessThanOrEqual(4);
    },
  );
});

it('32: the provider kills the old access token on refresh: what was sent with it is replayed with the new one', async () => {
  const { server, tokens } = testSession({ expiresIn: HOUR });
  await tokens.getToken();
  const open = server.hold();
  const refreshing = outcome(tokens.refresh());
  const sent = await tokens.getToken();
  expect(sent?.accessToken).toBe('at-1'); // still valid when it was sent
  const refused = outcome(tokens.replaceRejected('at-1'));
  open();
  expect([await refreshing, await refused]).toEqual(['at-2', 'at-2']);
  expect(await outcome(tokens.replaceRejected('at-1'))).toBe('at-2');
  expect(server.calls).toBe(1);
});

describe('34: a lock like Web Locks', () => {
  it('ignores an abort once granted: the refresh goes on', async () => {
    const { server, tokens } = testSession({ lock: scriptedLock().lock });
    const open = server.hold();
    const controller = new AbortController();
    const waiting = outcome(tokens.getToken({ signal: controller.signal }));
    await settle();
    controller.abort('left');
    expect(await waiting).toBe('left');
    open();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('is not re-entrant: nothing that a refresh may call takes it a second time', async () => {
    const script = scriptedLock();
    const clock = testClock();
    const tokens = createTokenManager({
      store: seededStore({ accessToken: 'old', refreshToken: 'r', expiresAt: 0 }, script.lock),
      clock,
      async refresh(_, { signal }) {
        await tokens.refresh({ signal }).catch(() => undefined);
        await tokens.setSession({ accessToken: 'inside' });
        return { accessToken: 'new' };
      },
    });
    await outcome(tokens.getToken());
    await settle();
    expect(script.requests).toBe(1);
    expect(script.holders).toBe(0);
    expect(await outcome(tokens.getToken())).toBe('inside');
  });

  it('is the machine’s own, where there is one', async () => {
    const own = (globalThis.navigator as { readonly locks?: unknown } | undefined)?.locks; // Node has them since 24.5
    const locks = (own ?? scriptedLock().lock) as RefreshLock;
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(server.first);
    const all = times(3, (seed) =>
      testSession({
        clock,
        server,
        seed: seed + 1,
        store: cell.open(),
        lock: locks,
        name: 'edge-34',
      }),
    );
    expect(new Set(await Promise.all(all.map(({ tokens }) => outcome(tokens.getToken()))))).toEqual(
      new Set(['at-2']),
    );
    expect(server.calls).toBe(1);
  });
});
