import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { settle } from '../support/clock.ts';
import { httpError, outcome } from '../support/session.ts';
import { diskFull, never, world } from '../support/failing-world.ts';

const HOUR = 3_600_000;

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
