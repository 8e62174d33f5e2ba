import { describe, expect, it } from '@jest/globals';
import { settle, testClock } from '../support/clock.ts';
import { strictServer } from '../support/server.ts';
import { outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;
const diskFull = () => Promise.reject(new Error('disk full'));

/** A session on a shared store, whose token is fresh. */
const signedIn = async () => {
  const clock = testClock();
  const server = strictServer({ expiresAt: clock.now() + HOUR });
  const cell = sharedCell(server.first);
  const session = testSession({ clock, server, store: cell.open() });
  await session.tokens.getToken();
  return { ...session, cell };
};

describe('a sign-out that could not be stored', () => {
  it('is tried again although a sign-in after it could not be stored either', async () => {
    const { cell, clock, tokens } = await signedIn();
    cell.hooks.beforeWrite = diskFull;
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(await outcome(tokens.setSession({ accessToken: 'second' }))).toBe(
      'ERR_REFRESH_UNAVAILABLE',
    );
    cell.hooks.beforeWrite = undefined;
    await clock.advance(120_000);
    expect([cell.record?.status, tokens.status, clock.pending]).toEqual([
      'signedOut',
      'signedOut',
      0,
    ]);
  });

  it('is not tried again once a sign-in after it was stored, even one that was in turn before', async () => {
    const { clock, server } = testSession({ expiresIn: HOUR });
    const cell = sharedCell(server.first);
    const { tokens } = testSession({ clock, server, store: cell.open(), random: () => 0 });
    cell.hooks.beforeRead = diskFull;
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE'); // of what, nobody has seen yet
    cell.hooks.beforeRead = undefined;
    let write = (): void => undefined;
    cell.hooks.beforeWrite = () => new Promise<void>((resolve) => (write = resolve));
    const signingIn = tokens.setSession({ accessToken: 'second' });
    await clock.advance(5000);
    cell.hooks.beforeWrite = undefined;
    write();
    await signingIn;
    await clock.advance(120_000);
    expect([cell.record?.status, tokens.status, await outcome(tokens.getToken())]).toEqual([
      'active',
      'signedIn',
      'second',
    ]);
    expect(clock.pending).toBe(0);
  });

  it('and found a sign-in being stored: that session does not come up either, not even for a moment', async () => {
    const { cell, clock, tokens, ofType } = await signedIn();
    let stored = (): void => undefined;
    cell.hooks.afterWrite = () => new Promise<void>((resolve) => (stored = resolve));
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    await settle();
    const signingOut = outcome(tokens.signOut());
    cell.hooks.afterWrite = undefined;
    cell.hooks.beforeRead = diskFull;
    stored();
    expect([await signingIn, await signingOut]).toEqual([
      'ERR_SIGNED_OUT',
      'ERR_REFRESH_UNAVAILABLE',
    ]);
    cell.hooks.beforeRead = undefined;
    cell.notify();
    await settle();
    expect(cell.record?.status).toBe('active');
    await clock.advance(120_000);
    expect([cell.record?.status, tokens.status, await outcome(tokens.getToken())]).toEqual([
      'signedOut',
      'signedOut',
      undefined,
    ]);
    expect(ofType('signedIn').map(({ by }) => by)).toEqual(['store']);
  });
});

it('a sign-out during which sign-ins of peers were seen ends what was taken over of them as well, for good', async () => {
  const { cell, clock, server, tokens } = await signedIn();
  let read = (): void => undefined;
  cell.hooks.beforeRead = () => {
    cell.hooks.beforeRead = undefined;
    return new Promise<void>((resolve) => (read = resolve));
  };
  const signingOut = tokens.signOut();
  await settle();
  cell.put({
    v: 1,
    session: 'second',
    gen: 0,
    status: 'active',
    issuedAt: clock.now(),
    turn: clock.now(),
    tokens: server.first,
  });
  cell.notify();
  await settle();
  expect(tokens.status).toBe('signedIn');
  cell.put({ ...cell.record, session: 'third' }); // nobody is told of this one
  read();
  await signingOut;
  expect([tokens.status, cell.record?.status, cell.record?.session]).toEqual([
    'signedOut',
    'signedOut',
    'third',
  ]);
  await clock.advance(HOUR);
  expect([await outcome(tokens.getToken()), cell.record?.status, server.calls]).toEqual([
    undefined,
    'signedOut',
    0,
  ]);
});

it.each(['refresh', 'acquire'] as const)(
  'a sign-in while %s is asked stays, whatever the late answer finds: what was known of the store before the call is no news',
  async (from) => {
    const { clock, server } = testSession();
    const cell = sharedCell(from === 'refresh' ? server.first : undefined);
    const { tokens, ofType } = testSession({ clock, server, from, store: cell.open() });
    const open = server.hold();
    void outcome(tokens.getToken());
    await settle();
    await tokens.setSession({ accessToken: 'second', refreshToken: 'rt-second' });
    const record = cell.record;
    open();
    await settle();
    expect([
      server.calls,
      tokens.status,
      await outcome(tokens.getToken()),
      ofType('signedOut'),
    ]).toEqual([1, 'signedIn', 'second', []]);
    expect(cell.record).toEqual(record);
  },
);

describe('a sign-in that another one overtakes', () => {
  it('after a sign-out: nobody is told that they were signed out, and the last one stands', async () => {
    const { tokens } = await signedIn();
    await tokens.signOut();
    const both = [
      outcome(tokens.setSession({ accessToken: 'second' })),
      outcome(tokens.setSession({ accessToken: 'third' })),
    ];
    expect(await Promise.all(both)).toEqual([undefined, undefined]);
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'third']);
  });

  it('which then cannot be stored: both are told, and the old session stays', async () => {
    const { cell, tokens } = await signedIn();
    cell.hooks.beforeWrite = diskFull;
    const both = [
      outcome(tokens.setSession({ accessToken: 'second' })),
      outcome(tokens.setSession({ accessToken: 'third' })),
    ];
    expect(await Promise.all(both)).toEqual(['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_UNAVAILABLE']);
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'at-1']);
  });

  it('when it was stored itself: stays what it is, whatever comes of the other', async () => {
    const { cell, tokens } = await signedIn();
    cell.hooks.afterWrite = () => {
      cell.hooks.afterWrite = undefined;
      cell.hooks.beforeWrite = diskFull;
      return settle();
    };
    const first = outcome(tokens.setSession({ accessToken: 'second' }));
    await settle();
    const last = outcome(tokens.setSession({ accessToken: 'third' }));
    expect([await first, await last]).toEqual([undefined, 'ERR_REFRESH_UNAVAILABLE']);
  });

  it('with a sign-out in between: the first is told, the last one stands', async () => {
    const { tokens } = await signedIn();
    const first = outcome(tokens.setSession({ accessToken: 'second' }));
    const signingOut = tokens.signOut();
    const last = outcome(tokens.setSession({ accessToken: 'third' }));
    await signingOut;
    expect(await Promise.all([first, last])).toEqual(['ERR_SIGNED_OUT', undefined]);
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'third']);
  });
});

describe('a sign-in that fails after it has looked', () => {
  const stored = (gen: number, expiresAt: number) => ({
    ...{ v: 1, session: 'first', gen, status: 'active', issuedAt: 1, turn: 1 },
    tokens: { accessToken: `at-${gen + 1}`, refreshToken: `rt-${gen + 1}`, expiresAt },
  });

  it('has found the session that goes on, which is known from then on: a store that goes back does not bring up an older generation', async () => {
    const { clock, server } = testSession();
    const cell = sharedCell(stored(1, clock.now() + HOUR));
    const { tokens, ofType } = testSession({ clock, server, store: cell.open() });
    cell.hooks.beforeWrite = diskFull;
    expect(await outcome(tokens.setSession({ accessToken: 'second' }))).toBe(
      'ERR_REFRESH_UNAVAILABLE',
    );
    cell.put(stored(0, clock.now() - 1));
    expect([tokens.status, await outcome(tokens.getToken()), server.calls]).toEqual([
      'signedIn',
      'at-2',
      0,
    ]);
    expect(ofType('signedIn').map(({ by }) => by)).toEqual(['store']);
  });

  it('takes no other session over than the one that was held: what it found may have been replaced', async () => {
    const { cell, clock, tokens } = await signedIn();
    cell.put({ ...stored(7, clock.now() + HOUR), session: 'peer' });
    cell.hooks.beforeWrite = () => {
      cell.hooks.beforeRead = diskFull;
      return diskFull();
    };
    expect(await outcome(tokens.setSession({ accessToken: 'second' }))).toBe(
      'ERR_REFRESH_UNAVAILABLE',
    );
    expect(await outcome(tokens.getToken())).toBe('at-1');
  });

  it('has found a newer generation of the session that is held: it is handed out', async () => {
    const { cell, clock, server, tokens } = await signedIn();
    await tokens.refresh();
    await settle(); // a look at what it had stored itself
    cell.put({
      ...cell.record,
      gen: 7,
      tokens: { accessToken: 'at-peer', refreshToken: 'rt-peer', expiresAt: clock.now() + HOUR },
    });
    cell.hooks.beforeWrite = diskFull;
    expect(await outcome(tokens.setSession({ accessToken: 'second' }))).toBe(
      'ERR_REFRESH_UNAVAILABLE',
    );
    expect([await outcome(tokens.getToken()), server.calls]).toEqual(['at-peer', 1]);
  });
});
