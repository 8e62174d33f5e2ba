import { describe, expect, it } from '@jest/globals';
import { memoryStore, type TokenStore } from '../src/index.ts';
import { settle, testClock } from './support/clock.ts';
import { jwt } from './support/jwt.ts';
import { strictServer } from './support/server.ts';
import {
  httpError,
  outcome,
  seededStore,
  testSession,
  type TestSession,
  type TestSessionOptions,
} from './support/session.ts';
import { sharedCell } from './support/shared-cell.ts';

const HOUR = 3_600_000;

/** Managers on one store, made by `stores`, with one server and one clock. */
const managers = (
  count: number,
  expiresIn: number,
  stores: (first: ReturnType<typeof strictServer>['first']) => () => TokenStore,
  options: TestSessionOptions = {},
) => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() + expiresIn });
  const open = stores(server.first);
  let seed = 0;
  const another = (more: TestSessionOptions = {}): TestSession =>
    testSession({ clock, server, seed: ++seed, store: open(), ...options, ...more });
  return { clock, server, another, all: Array.from({ length: count }, () => another()) };
};

const kinds: [string, (first: ReturnType<typeof strictServer>['first']) => () => TokenStore][] = [
  [
    'one memory store',
    (first) => {
      const store = seededStore(first);
      return () => store;
    },
  ],
  [
    'one shared cell',
    (first) => {
      const cell = sharedCell(first);
      const lock = memoryStore().lock;
      return () => cell.open({ lock });
    },
  ],
];

describe.each(kinds)('managers on %s', (_, stores) => {
  it.each([2, 5])(
    '%d of them, each with a burst: one redemption, one token for all',
    async (count) => {
      const { server, all } = managers(count, -1, stores);
      const got = await Promise.all(
        all.flatMap(({ tokens }) => Array.from({ length: 20 }, () => outcome(tokens.getToken()))),
      );
      expect(new Set(got)).toEqual(new Set(['at-2']));
      expect(server.calls).toBe(1);
      expect(server.reuses).toBe(0);
    },
  );

  it('every way in at once, in each of them: one redemption', async () => {
    const { server, all } = managers(3, HOUR, stores);
    await Promise.all(all.map(({ tokens }) => tokens.getToken()));
    const got = await Promise.all(
      all.flatMap(({ tokens }) => [
        outcome(tokens.replaceRejected('at-1')),
        outcome(tokens.refresh()),
        outcome(tokens.getToken({ validFor: HOUR * 0.9 + 1 })),
      ]),
    );
    expect(new Set(got)).toEqual(new Set(['at-2']));
    expect(server.calls).toBe(1);
  });

  it('a hundred lifetimes, any manager asked: one redemption each, in the order of the generations', async () => {
    const { clock, server, all } = managers(3, -1, stores);
    for (let round = 0; round < 100; round++) {
      const asked = all.filter((_, index) => (round + index) % 3 !== 0);
      const got = await Promise.all(asked.map(({ tokens }) => outcome(tokens.getToken())));
      expect(new Set(got)).toEqual(new Set([`at-${round + 2}`]));
      await clock.advance(HOUR);
    }
    expect(server.calls).toBe(100);
    expect(server.reuses).toBe(0);
  });

  it('a refresh in one is taken by the others without a call, with an event', async () => {
    const { server, all } = managers(3, HOUR, stores);
    await Promise.all(all.map(({ tokens }) => tokens.getToken()));
    await all[0]?.tokens.refresh();
    await settle();
    for (const { tokens } of all) expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(all.map(({ ofType }) => ofType('refreshed').map(({ by }) => by))).toEqual([
      ['self'],
      ['peer'],
      ['peer'],
    ]);
    expect(server.calls).toBe(1);
  });

  it('a late 401 in another, for the generation before: replayed, no second redemption', async () => {
    const { server, all } = managers(2, HOUR, stores);
    await Promise.all(all.map(({ tokens }) => tokens.getToken()));
    await all[0]?.tokens.refresh();
    expect(await outcome(all[1]?.tokens.replaceRejected('at-1') as Promise<unknown>)).toBe('at-2');
    expect(server.calls).toBe(1);
  });
});

describe.each(kinds)('sign-ins and sign-outs of managers on %s', (_, stores) => {
  it('sign-out in one ends the others: nothing is handed out any more, and waiting requests are told', async () => {
    const { server, all } = managers(3, HOUR, stores);
    await Promise.all(all.map(({ tokens }) => tokens.getToken()));
    const open = server.hold();
    const waiting = outcome(all[1]?.tokens.refresh() as Promise<unknown>);
    await settle();
    await all[0]?.tokens.signOut();
    await settle();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    for (const { tokens } of all) {
      expect(tokens.status).toBe('signedOut');
      expect(await outcome(tokens.getToken())).toBeUndefined();
    }
    open();
    await settle();
    for (const { tokens } of all) expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(all.map(({ ofType }) => ofType('signedOut').map(({ by }) => by))).toEqual([
      ['self'],
      ['peer'],
      ['peer'],
    ]);
  });

  it('sign-in in one is taken by the others, and nothing crosses', async () => {
    const { server, all } = managers(2, HOUR, stores);
    const [one, two] = all.map(({ tokens }) => tokens) as [
      TestSession['tokens'],
      TestSession['tokens'],
    ];
    await Promise.all([one.getToken(), two.getToken()]);
    const open = server.hold();
    const waiting = outcome(two.refresh());
    await settle();
    await one.setSession({ accessToken: 'new', refreshToken: 'rt-new' });
    await settle();
    expect(await waiting).toBe('ERR_SIGNED_OUT');
    expect(await outcome(two.getToken())).toBe('new');
    expect(await outcome(two.replaceRejected('at-1'))).toBeUndefined();
    open();
    await settle();
    expect(await outcome(one.getToken())).toBe('new');
    expect(await outcome(two.getToken())).toBe('new');
    expect(all[1]?.ofType('signedIn').map(({ by }) => by)).toEqual(['peer']);
  });

  it('two sign in at the same moment: all end with the same session', async () => {
    const { all } = managers(3, HOUR, stores);
    await Promise.all(all.map(({ tokens }) => tokens.getToken()));
    await Promise.all([
      all[0]?.tokens.setSession({ accessToken: 'a' }),
      all[1]?.tokens.setSession({ accessToken: 'b' }),
    ]);
    await settle();
    const got = await Promise.all(all.map(({ tokens }) => outcome(tokens.getToken())));
    expect(new Set(got).size).toBe(1);
    expect(['a', 'b']).toContain(got[0]);
  });

  it('one signs in while another signs out: all agree', async () => {
    const { all } = managers(3, HOUR, stores);
    await Promise.all(all.map(({ tokens }) => tokens.getToken()));
    await Promise.all([all[0]?.tokens.signOut(), all[1]?.tokens.setSession({ accessToken: 'b' })]);
    await settle();
    const got = await Promise.all(all.map(({ tokens }) => outcome(tokens.getToken())));
    expect(new Set(got).size).toBe(1);
    expect(new Set(all.map(({ tokens }) => tokens.status)).size).toBe(1);
  });
});

describe.each(kinds)('managers on %s that come and go', (_, stores) => {
  it('one closes during its refresh: what it redeemed is stored, and the others go on with it', async () => {
    const { server, all } = managers(2, -1, stores);
    const open = server.hold();
    const [one, two] = all;
    const waiting = outcome(one?.tokens.getToken() as Promise<unknown>);
    await settle();
    const closing = one?.tokens.close();
    const next = outcome(two?.tokens.getToken() as Promise<unknown>);
    await settle();
    open();
    await closing;
    expect([await waiting, await next]).toEqual(['at-2', 'at-2']);
    expect(server.calls).toBe(1);
  });

  it('one closes: the others do not notice, and it subscribes to nothing any more', async () => {
    const { server, all } = managers(2, HOUR, stores);
    await Promise.all(all.map(({ tokens }) => tokens.getToken()));
    await all[0]?.tokens.close();
    expect(await outcome(all[0]?.tokens.getToken() as Promise<unknown>)).toBe('ERR_CLOSED');
    const before = all[0]?.events.length;
    expect(await outcome(all[1]?.tokens.refresh() as Promise<unknown>)).toBe('at-2');
    await settle();
    expect(all[0]?.events).toHaveLength(before ?? -1);
    expect(server.calls).toBe(1);
  });

  it('one is created later: it begins where the others are', async () => {
    const { server, another, all } = managers(1, -1, stores);
    await all[0]?.tokens.getToken();
    const late = another();
    expect(await outcome(late.tokens.getToken())).toBe('at-2');
    expect(late.tokens.status).toBe('signedIn');
    expect(server.calls).toBe(1);
  });
});

describe('managers on one shared cell', () => {
  const [, stores] = kinds[1] as (typeof kinds)[number];

  it('the server ends the session for one: the others know without asking it', async () => {
    const { server, all } = managers(3, -1, stores);
    server.next(() => {
      throw httpError(400, { error: 'invalid_grant' });
    });
    const got = await Promise.all(all.map(({ tokens }) => outcome(tokens.getToken())));
    expect(new Set(got)).toEqual(new Set(['ERR_SESSION_ENDED']));
    expect(server.calls).toBe(1);
    for (const { tokens, ofType } of all) {
      expect(tokens.status).toBe('ended');
      expect(ofType('sessionEnded')).toHaveLength(1);
    }
  });

  it('where locks keep nobody apart, two redeem at once: the loser adopts what the winner stored, and nothing is overwritten', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() - 1 });
    const cell = sharedCell(server.first);
    const [one, two] = [1, 2].map((seed) =>
      testSession({
        clock,
        server,
        seed,
        rotation: 'never', // nobody waits for another's redemption
        store: cell.open({ subscribe: false, lock: memoryStore().lock }),
      }),
    );
    // A lenient server: the old refresh token is taken once more, as within a grace window.
    const grace = () => ({
      access_token: `grace-${server.calls}`,
      refresh_token: `rt-grace-${server.calls}`,
      expires_in: 3600,
    });
    server.next(grace);
    server.next(grace);
    const answer = server.hold();
    const both = Promise.all([
      outcome(one?.tokens.getToken() as Promise<unknown>),
      outcome(two?.tokens.getToken() as Promise<unknown>),
    ]);
    await clock.advance(1000);
    answer();
    await clock.advance(1000);
    const got = await both;
    expect(server.calls).toBe(2);
    expect(new Set(got).size).toBe(1);
    expect(cell.record).toMatchObject({ gen: 1, tokens: { accessToken: got[0] } });
    expect(cell.history.filter(({ gen }) => gen === 1)).toHaveLength(1);
  });
});

describe('another subject is another session', () => {
  const of = (sub: string, id: number) => jwt({ iss: 'https://as.example', sub, jti: String(id) });
  const grant = (sub: string, id: number) => ({
    access_token: of(sub, id),
    refresh_token: `rt-${sub}-${id}`,
    expires_in: 3600,
  });

  it('a peer brings somebody else’s tokens: waiting requests here are turned away, and get none of them', async () => {
    const clock = testClock();
    const server = strictServer({ expiresAt: clock.now() + HOUR });
    const cell = sharedCell(undefined);
    const [one, two] = [1, 2].map((seed) =>
      testSession({ clock, server, seed, store: cell.open() }),
    ) as [TestSession, TestSession];
    await one.tokens.setSession(grant('ann', 1));
    await two.tokens.getToken();
    const answer = server.hold();
    const waiting = [
      outcome(two.tokens.refresh()),
      outcome(two.tokens.replaceRejected(of('ann', 1))),
    ];
    await settle();
    await one.tokens.setSession(grant('bob', 1));
    await clock.advance(1000);
    expect(await Promise.all(waiting)).toEqual(['ERR_SIGNED_OUT', 'ERR_SIGNED_OUT']);
    answer();
    await clock.advance(1000);
    expect(await outcome(two.tokens.getToken())).toBe(of('bob', 1));
    expect([two.ofType('signedIn').map(({ by }) => by), two.ofType('signedOut')]).toEqual([
      ['peer'],
      [],
    ]);
  });
});
