import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { another, expired } from '../support/flight.ts';
import { strictServer } from '../support/server.ts';
import { outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';
import { diskFull, holdWrite, never, NEW, now, stageOf, stored } from '../support/sign-in-stage.ts';

const HOUR = 3_600_000;

describe('a sign-in', () => {
  it('is stored as a new session and shown once it is; requests made before that wait', async () => {
    const { tokens, cell, clock, ofType } = await stageOf(undefined);
    const release = holdWrite(cell);
    const signingIn = tokens.setSession(NEW);
    const waiting = outcome(tokens.getToken());
    await settle();
    expect(tokens.status).toBe('signedOut');
    release();
    await signingIn;
    expect(cell.record).toEqual({
      v: 1,
      session: expect.any(String),
      gen: 0,
      status: 'active',
      tokens: NEW,
      issuedAt: clock.now(),
      turn: clock.now(),
    });
    expect(await waiting).toBe('new');
    expect(ofType('signedIn').map(({ by }) => by)).toEqual(['self']);
  });

  it('replaces whatever session there is, with a later turn than that', async () => {
    const { tokens, cell } = await stageOf(stored());
    const unseen = another('unseen', now + 50_000);
    cell.put(unseen);
    await tokens.setSession(NEW);
    expect(cell.record).toMatchObject({ gen: 0, tokens: NEW, past: expect.any(Array) });
    expect(cell.record?.turn).toBeGreaterThan(unseen.turn);
    cell.put(unseen);
    cell.notify();
    await settle();
    expect(await outcome(tokens.getToken())).toBe('new');
  });

  it('of tokens that are known changes nothing, and keeps nobody waiting', async () => {
    const { tokens, cell, ofType } = await stageOf(stored());
    cell.hooks.beforeRead = never;
    const announcing = outcome(tokens.setSession({ accessToken: 'at-1', refreshToken: 'rt-1' }));
    expect(await outcome(tokens.getToken())).toBe('at-1');
    cell.hooks.beforeRead = undefined;
    void announcing;
    expect([cell.writes, ofType('signedIn')]).toEqual([0, []]);
  });

  it('while another is being stored has the last word, and requests that waited for that one go on', async () => {
    const { tokens, cell } = await stageOf(undefined);
    const release = holdWrite(cell);
    const first = tokens.setSession(NEW);
    await settle();
    const second = tokens.setSession({ accessToken: 'second' });
    const waiting = outcome(tokens.getToken());
    release();
    await Promise.all([first, second]);
    expect(cell.record?.tokens).toEqual({ accessToken: 'second' });
    expect([await waiting, await outcome(tokens.getToken())]).toEqual(['second', 'second']);
  });

  it('that a sign-out overtook is told so, and is never stored', async () => {
    const { tokens, cell } = await stageOf(stored());
    const signingIn = tokens.setSession(NEW).catch((error: unknown) => error);
    const signingOut = tokens.signOut();
    expect(await signingIn).toMatchObject({
      code: 'ERR_SIGNED_OUT',
      message: 'Signed out before the sign-in was stored',
    });
    await signingOut;
    expect(cell.history.map(({ status }) => status)).toEqual(['signedOut']);
    expect(tokens.status).toBe('signedOut');
  });

  it('that a sign-out overtook while it was being stored is ended in the store as well', async () => {
    const { tokens, cell, ofType } = await stageOf(undefined);
    const release = holdWrite(cell);
    const signingIn = outcome(tokens.setSession(NEW));
    await settle();
    const signingOut = tokens.signOut();
    release();
    expect(await signingIn).toBe('ERR_SIGNED_OUT');
    await signingOut;
    expect(cell.record?.status).toBe('signedOut');
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedOut', undefined]);
    expect(ofType('signedIn')).toEqual([]);
  });

  it.each(['refresh', 'acquire'] as const)(
    'while %s is asked stays, whatever the late answer finds: what was known of the store before the call is no news',
    async (from) => {
      const clock = testClock();
      const server = strictServer({ expiresAt: clock.now() - 1 });
      const cell = sharedCell(from === 'refresh' ? server.first : undefined);
      const { tokens, ofType } = testSession({ clock, server, from, store: cell.open() });
      const open = server.hold();
      void outcome(tokens.getToken());
      await settle();
      await tokens.setSession({ accessToken: 'second', refreshToken: 'rt-second' });
      const { record } = cell;
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
});

describe('a sign-in whose write got no answer', () => {
  it('and was written all the same is settled before the promise is', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    cell.hooks.afterWrite = () => {
      cell.hooks.afterWrite = undefined;
      throw new Error('connection lost');
    };
    const signingIn = outcome(tokens.setSession(NEW));
    await clock.advance(1000);
    expect(await signingIn).toBeUndefined();
    expect(
      cell.history.filter(({ tokens: written }) => written?.accessToken === 'new'),
    ).toHaveLength(1);
    expect([await outcome(tokens.getToken()), clock.pending]).toEqual(['new', 0]);
  });

  it('and was not written is written again, once', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    cell.hooks.beforeWrite = () => {
      cell.hooks.beforeWrite = undefined;
      throw new Error('connection lost');
    };
    const signingIn = outcome(tokens.setSession(NEW));
    await clock.advance(1000);
    expect(await signingIn).toBeUndefined();
    expect(cell.record?.tokens).toEqual(NEW);
    expect(await outcome(tokens.getToken())).toBe('new');
  });

  it('and lands late is not written twice: the version decides', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    const release = holdWrite(cell);
    const signingIn = outcome(tokens.setSession(NEW));
    await clock.advance(10_000); // its time limit; the next look finds nothing yet, and writes
    await clock.advance(1000);
    release();
    expect(await signingIn).toBeUndefined();
    await settle();
    expect(cell.history).toHaveLength(1);
    expect(await outcome(tokens.getToken())).toBe('new');
  });

  /** Given up: nobody knows whether it was stored. */
  const givenUp = async () => {
    const stage = await stageOf(stored());
    stage.cell.hooks.beforeWrite = diskFull;
    const signingIn = stage.tokens.setSession(NEW).catch((error: unknown) => error);
    await stage.clock.advance(29_000);
    let settled = false;
    void signingIn.then(() => (settled = true));
    await settle();
    expect(settled).toBe(false);
    await stage.clock.advance(2000);
    return { ...stage, error: await signingIn };
  };

  it('is given up after `waitTimeout`, and says that it may still take effect; the old session goes on', async () => {
    const { error, tokens } = await givenUp();
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'unanswered',
      message: expect.stringContaining('it may still take effect'),
    });
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'at-1']);
  });

  it('and was given up is stored as soon as that works', async () => {
    const { tokens, cell, clock, ofType } = await givenUp();
    cell.hooks.beforeWrite = undefined;
    await clock.advance(10_000);
    expect(cell.record?.tokens).toEqual(NEW);
    expect(await outcome(tokens.getToken())).toBe('new');
    expect([ofType('signedIn').map(({ by }) => by), clock.pending]).toEqual([['self'], 0]);
  });

  it('and was given up is dropped at the sight of anything newer', async () => {
    const { tokens, cell, clock } = await givenUp();
    cell.put(stored(2));
    cell.hooks.beforeWrite = undefined;
    await clock.advance(60_000);
    expect(cell.record).toEqual(stored(2));
    expect([await outcome(tokens.getToken()), clock.pending]).toEqual(['at-2', 0]);
  });

  it('and was given up is dropped by a later sign-out', async () => {
    const { tokens, cell, clock } = await givenUp();
    cell.hooks.beforeWrite = undefined;
    await tokens.signOut();
    await clock.advance(60_000);
    expect([cell.record?.status, tokens.status, clock.pending]).toEqual([
      'signedOut',
      'signedOut',
      0,
    ]);
  });

  it('and was given up is dropped by a later sign-in', async () => {
    const { tokens, cell, clock } = await givenUp();
    cell.hooks.beforeWrite = undefined;
    await tokens.setSession({ accessToken: 'third' });
    await clock.advance(60_000);
    expect(cell.history.map((record) => record.tokens?.accessToken)).toEqual(['third']);
    expect([await outcome(tokens.getToken()), clock.pending]).toEqual(['third', 0]);
  });

  it('and of which nobody knows does not come up after a sign-out, should it be found', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    let late: SessionRecord | undefined;
    cell.hooks.beforeWrite = (record) => {
      late ??= record;
      return never();
    };
    void outcome(tokens.setSession(NEW));
    await clock.advance(45_000);
    cell.hooks.beforeWrite = undefined;
    const signingOut = tokens.signOut();
    await clock.advance(12_000); // until the last write has timed out
    await signingOut;
    cell.put(late); // a replica that had it
    cell.notify();
    await settle();
    await clock.advance(20_000);
    expect([tokens.status, cell.record?.status]).toEqual(['signedOut', 'signedOut']);
  });
});

describe('a sign-in that the store refuses for good', () => {
  const refuse = () =>
    Promise.reject(
      Object.assign(new Error('the disk is full'), { code: 'ENOSPC', delivery: 'answered' }),
    );

  it('rejects at once with what the store said, and the session before it stands', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    cell.hooks.beforeWrite = refuse;
    let error: unknown;
    tokens.setSession(NEW).catch((thrown: unknown) => (error = thrown));
    await settle();
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'answered',
      cause: { code: 'ENOSPC', message: 'the disk is full' },
    });
    cell.hooks.beforeWrite = undefined;
    await clock.advance(60_000);
    expect(cell.record).toEqual(stored());
    expect([cell.writes, await outcome(tokens.getToken()), clock.pending]).toEqual([1, 'at-1', 0]);
  });

  it('after a write that got no answer is tried again all the same: that one may have been stored', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    cell.hooks.beforeWrite = () => {
      cell.hooks.beforeWrite = refuse;
      throw new Error('connection lost');
    };
    const signingIn = tokens.setSession(NEW).catch((error: unknown) => error);
    await clock.advance(31_000);
    expect(await signingIn).toMatchObject({ delivery: 'unanswered' });
  });

  it('takes the place of one that was given up before: that is not stored any more', async () => {
    const { tokens, cell, clock } = await stageOf(stored());
    cell.hooks.beforeWrite = diskFull;
    const givenUp = outcome(tokens.setSession(NEW));
    await clock.advance(31_000);
    cell.hooks.beforeWrite = refuse;
    let refused: unknown;
    tokens.setSession({ accessToken: 'third' }).catch((thrown: unknown) => (refused = thrown));
    await settle();
    expect(refused).toMatchObject({ delivery: 'answered' });
    expect(await givenUp).toBe('ERR_REFRESH_UNAVAILABLE');
    cell.hooks.beforeWrite = undefined;
    await clock.advance(60_000);
    expect(cell.record).toEqual(stored());
    expect([await outcome(tokens.getToken()), clock.pending]).toEqual(['at-1', 0]);
  });
});

describe('a sign-in that another one overtakes', () => {
  it('after a sign-out: nobody is told that they were signed out, and the last one stands', async () => {
    const { tokens } = await stageOf(stored());
    await tokens.signOut();
    const both = ['second', 'third'].map((accessToken) =>
      outcome(tokens.setSession({ accessToken })),
    );
    expect(await Promise.all(both)).toEqual([undefined, undefined]);
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'third']);
  });

  it('which then cannot be stored: both are told, and the old session stays', async () => {
    const { cell, clock, tokens } = await stageOf(stored());
    cell.hooks.beforeWrite = diskFull;
    const both = ['second', 'third'].map((accessToken) =>
      outcome(tokens.setSession({ accessToken })),
    );
    await clock.advance(65_000);
    expect(await Promise.all(both)).toEqual(['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_UNAVAILABLE']);
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'at-1']);
  });

  it('when it was stored itself: stays what it is, whatever comes of the other', async () => {
    const { cell, clock, tokens } = await stageOf(stored());
    cell.hooks.afterWrite = () => {
      cell.hooks.afterWrite = undefined;
      cell.hooks.beforeWrite = diskFull;
      return settle();
    };
    const first = outcome(tokens.setSession({ accessToken: 'second' }));
    await settle();
    const last = outcome(tokens.setSession({ accessToken: 'third' }));
    await clock.advance(65_000);
    expect([await first, await last]).toEqual([undefined, 'ERR_REFRESH_UNAVAILABLE']);
    expect(await outcome(tokens.getToken())).toBe('second');
  });

  it('with a sign-out in between: the first is told, the last one stands', async () => {
    const { tokens } = await stageOf(stored());
    const first = outcome(tokens.setSession({ accessToken: 'second' }));
    const signingOut = tokens.signOut();
    const last = outcome(tokens.setSession({ accessToken: 'third' }));
    await signingOut;
    expect(await Promise.all([first, last])).toEqual(['ERR_SIGNED_OUT', undefined]);
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'third']);
  });
});

describe('a sign-in that fails after it has looked', () => {
  it('has found the session that goes on, which is known from then on: a store that goes back does not bring up an older generation', async () => {
    const { tokens, cell, clock, server } = await stageOf(stored(1), { read: false });
    cell.hooks.beforeWrite = diskFull;
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    await clock.advance(31_000);
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
    cell.put(expired(0));
    expect([tokens.status, await outcome(tokens.getToken()), server.calls]).toEqual([
      'signedIn',
      'at-1',
      0,
    ]);
  });

  it('has found a newer generation of the session that is held: it is handed out', async () => {
    const { tokens, cell, clock, server } = await stageOf(stored(1));
    cell.put(stored(7));
    cell.hooks.beforeWrite = diskFull;
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    await clock.advance(31_000);
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
    expect([await outcome(tokens.getToken()), server.calls]).toEqual(['at-7', 0]);
  });

  it('has found another session: the one before is over', async () => {
    const { tokens, cell, clock, ofType } = await stageOf(stored(1));
    cell.put(another('t', now + HOUR)); // its token is at-0
    cell.hooks.beforeWrite = diskFull;
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    await clock.advance(31_000);
    expect(await signingIn).toBe('ERR_REFRESH_UNAVAILABLE');
    expect([tokens.status, await outcome(tokens.getToken())]).toEqual(['signedIn', 'at-0']);
    expect(ofType('signedIn').at(-1)).toMatchObject({ by: 'peer' });
  });
});

it('close() waits for what is being stored', async () => {
  const { tokens, cell } = await stageOf(stored());
  const release = holdWrite(cell);
  const signingIn = tokens.setSession(NEW);
  await settle();
  let closed = false;
  void tokens.close().then(() => (closed = true));
  await settle();
  expect(closed).toBe(false);
  release();
  await signingIn;
  await settle();
  expect([closed, cell.record?.tokens]).toEqual([true, NEW]);
});
