import { describe, expect, it } from '@jest/globals';
import { settle } from '../support/clock.ts';
import { another } from '../support/flight.ts';
import { outcome } from '../support/session.ts';
import { diskFull, holdWrite, now, stageOf, stored } from '../support/sign-in-stage.ts';

const HOUR = 3_600_000;

describe('a sign-out', () => {
  it('ends the session here at once, then in the store', async () => {
    const { tokens, cell, clock, revoked, ofType } = await stageOf(stored(4));
    const signingOut = tokens.signOut();
    expect([tokens.status, cell.record?.status]).toEqual(['signedOut', 'active']);
    await signingOut;
    expect(cell.record).toEqual({
      v: 1,
      session: 's',
      gen: 4,
      status: 'signedOut',
      issuedAt: clock.now(),
      turn: clock.now(),
      past: [expect.any(String)],
    });
    expect([revoked, ofType('signedOut').map(({ by }) => by)]).toEqual([['rt-4'], ['self']]);
  });

  it('of a store that was never read lets nobody have what it holds', async () => {
    const { tokens, cell, revoked } = await stageOf(stored(4), { read: false });
    const release = holdWrite(cell);
    const signingOut = tokens.signOut();
    const waiting = outcome(tokens.getToken());
    await settle();
    release();
    await signingOut;
    expect(await waiting).toBeUndefined();
    expect(cell.record).toMatchObject({ session: 's', gen: 4, status: 'signedOut' });
    expect([tokens.status, revoked]).toEqual(['signedOut', ['rt-4']]);
  });

  it('of a store that is empty leaves the record of a sign-out', async () => {
    const nobody = await stageOf(undefined);
    await nobody.tokens.signOut();
    expect(nobody.cell.record).toMatchObject({ gen: 0, status: 'signedOut' });
    const somebody = await stageOf(stored());
    somebody.cell.put(undefined);
    await somebody.tokens.signOut();
    expect(somebody.cell.record).toMatchObject({ session: 's', status: 'signedOut' });
  });

  it('of a store that says that nobody is signed in writes nothing', async () => {
    const { tokens, cell } = await stageOf(stored());
    await tokens.signOut();
    const [writes, record] = [cell.writes, cell.record];
    await tokens.signOut();
    expect([cell.writes - writes, cell.record]).toEqual([0, record]);
  });

  it('ends a session that it finds there and had not seen, and revokes its tokens', async () => {
    const { tokens, cell, clock, revoked } = await stageOf(stored());
    await clock.advance(1000);
    cell.put({
      ...another('t', now),
      tokens: { accessToken: 'unseen', refreshToken: 'rt-unseen' },
    });
    await tokens.signOut();
    expect(cell.record).toMatchObject({ status: 'signedOut' });
    expect(revoked).toEqual(['rt-1', 'rt-unseen']);
    expect(tokens.status).toBe('signedOut');
  });

  it('during which sign-ins of peers were seen ends those that came before it, for good', async () => {
    const { tokens, cell, clock, server } = await stageOf(stored());
    await clock.advance(1000);
    let read = (): void => undefined;
    cell.hooks.beforeRead = () => {
      cell.hooks.beforeRead = undefined;
      return new Promise<void>((resolve) => (read = resolve));
    };
    const signingOut = tokens.signOut();
    await settle();
    cell.put(another('second', now + 500));
    cell.notify();
    await settle();
    cell.put(another('third', now + 600)); // nobody is told of this one
    read();
    await signingOut;
    await clock.advance(HOUR);
    expect([tokens.status, cell.record?.status, await outcome(tokens.getToken())]).toEqual([
      'signedOut',
      'signedOut',
      undefined,
    ]);
    expect(server.calls).toBe(0);
  });

  it('meets a sign-in of a peer that came after it: that one stands', async () => {
    const { tokens, cell } = await stageOf(stored());
    const theirs = another('t', now + 1);
    cell.hooks.beforeWrite = () => {
      cell.hooks.beforeWrite = undefined;
      cell.put(theirs);
    };
    await tokens.signOut();
    expect([cell.record, tokens.status]).toEqual([theirs, 'signedIn']);
  });
});

describe('a sign-out that could not be stored', () => {
  const failed = async (options: { readonly read?: boolean } = {}) => {
    const stage = await stageOf(stored(), options);
    stage.cell.hooks.beforeRead = diskFull;
    expect(await outcome(stage.tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    return stage;
  };

  it('rejects, says so, and is tried again until it is', async () => {
    const { clock, cell, tokens, ofType, revoked } = await failed();
    expect(ofType('warning')).toMatchObject([
      { code: 'NOT_DURABLE', message: 'Signed out here; the store could not be told yet' },
    ]);
    expect([tokens.status, revoked]).toEqual(['signedOut', ['rt-1']]);
    const { reads } = cell;
    await clock.advance(500 + 1000 + 2000);
    expect(cell.reads - reads).toBe(3);
    cell.hooks.beforeRead = undefined;
    await clock.advance(4000);
    expect([cell.record?.status, clock.pending]).toEqual(['signedOut', 0]);
  });

  it('of a store that was never read keeps nobody waiting, and is meant for the first session that is found', async () => {
    const { clock, cell, tokens } = await failed({ read: false });
    expect(await outcome(tokens.getToken())).toBeUndefined();
    cell.hooks.beforeRead = undefined;
    await clock.advance(60_000);
    expect([cell.record?.status, tokens.status]).toEqual(['signedOut', 'signedOut']);
  });

  it('is given up when a record of a format version that is not known turns up there', async () => {
    const { clock, cell } = await failed();
    cell.hooks.beforeRead = undefined;
    cell.put({ v: 9 });
    await clock.advance(60_000);
    expect([cell.record, clock.pending]).toEqual([{ v: 9 }, 0]);
  });

  it('replaces what is nobody’s when it turns up there', async () => {
    const { clock, cell } = await failed();
    cell.hooks.beforeRead = undefined;
    cell.put({ hello: 'world' });
    await clock.advance(60_000);
    expect([cell.record?.status, clock.pending]).toEqual(['signedOut', 0]);
  });

  it('is one debt, however often it was tried by hand', async () => {
    const { clock, cell, tokens } = await failed();
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    const { reads } = cell;
    await clock.advance(500);
    expect(cell.reads - reads).toBe(1);
  });

  it('and then a sign-in that could not be stored either: the sign-in is what is stored at last, as its error says', async () => {
    const { cell, clock, tokens } = await stageOf(stored());
    cell.hooks.beforeWrite = diskFull;
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE');
    const signingIn = tokens.setSession({ accessToken: 'second' }).catch((error: unknown) => error);
    await clock.advance(31_000);
    expect(await signingIn).toMatchObject({ delivery: 'unanswered' });
    cell.hooks.beforeWrite = undefined;
    await clock.advance(120_000);
    expect([cell.record?.tokens?.accessToken, tokens.status, clock.pending]).toEqual([
      'second',
      'signedIn',
      0,
    ]);
  });

  it('is not tried again once a sign-in after it was stored', async () => {
    const { cell, clock, tokens } = await stageOf(stored(), { read: false });
    cell.hooks.beforeRead = diskFull;
    expect(await outcome(tokens.signOut())).toBe('ERR_REFRESH_UNAVAILABLE'); // of what, nobody has seen yet
    cell.hooks.beforeRead = undefined;
    const release = holdWrite(cell);
    const signingIn = tokens.setSession({ accessToken: 'second' });
    await clock.advance(5000);
    release();
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
    const { cell, clock, tokens, ofType } = await stageOf(stored());
    let written = (): void => undefined;
    cell.hooks.afterWrite = () => new Promise<void>((resolve) => (written = resolve));
    const signingIn = outcome(tokens.setSession({ accessToken: 'second' }));
    await settle();
    const signingOut = outcome(tokens.signOut());
    cell.hooks.afterWrite = undefined;
    cell.hooks.beforeRead = diskFull;
    written();
    expect([await signingIn, await signingOut]).toEqual([
      'ERR_SIGNED_OUT',
      'ERR_REFRESH_UNAVAILABLE',
    ]);
    expect(cell.record?.status).toBe('active');
    cell.hooks.beforeRead = undefined;
    cell.notify();
    await clock.advance(120_000);
    expect([cell.record?.status, tokens.status, await outcome(tokens.getToken())]).toEqual([
      'signedOut',
      'signedOut',
      undefined,
    ]);
    expect(ofType('signedIn')).toEqual([]);
  });
});
