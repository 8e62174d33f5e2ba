import { describe, expect, it as once } from '@jest/globals';
import { tombstoneOf } from '../../src/session/succession.ts';
import { it } from '../support/both-homes.ts';
import { settle, testClock } from '../support/clock.ts';
import { another, expired, fresh, refreshStage } from '../support/flight.ts';
import { outcome, testSession } from '../support/session.ts';

const now = testClock().now();
const OTHER = another('t', now + 1000);
const NEW = { access_token: 'new', refresh_token: 'rt-2', expires_in: 3600 };
const down = () => Promise.reject(new Error('disk full'));

describe('what is kept of an answer', () => {
  it('is what it says, and of the rest what was there before, but for the expiry', async () => {
    const first = { accessToken: 'at-1', refreshToken: 'rt-1', scope: 'a', tokenType: 'DPoP' };
    const { tokens, server } = testSession({ tokens: { ...first, expiresAt: now - 1 } });
    server.next(() => ({ access_token: 'new' }));
    const token = await tokens.getToken();
    expect(token).toMatchObject({ accessToken: 'new', scope: 'a', tokenType: 'DPoP' });
    expect(token?.expiresAt).toBeUndefined();
  });

  it('has no expiry where it is past by an absolute time alone: our clock may be wrong, which is said', async () => {
    const { tokens, server, ofType } = testSession();
    server.next(() => ({ access_token: 'new', expires_at: 1_700_000_000 }));
    const token = await tokens.getToken();
    expect([token?.accessToken, token?.expiresAt]).toEqual(['new', undefined]);
    expect(ofType('warning')).toMatchObject([{ code: 'CLOCK' }]);
  });

  it('of a search for a session is nothing after a sign-out; the server may forget it', async () => {
    const revoked: unknown[] = [];
    const { tokens, server } = testSession({
      from: 'acquire',
      revoke: async ({ accessToken }) => revoked.push(accessToken),
    });
    server.next((issue) => {
      void tokens.signOut();
      return issue();
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    await settle();
    expect([tokens.status, revoked]).toEqual(['signedOut', ['at-2']]);
  });
});

describe('an answer that is to be stored', () => {
  once('is shown as stored, with the time that it took', async () => {
    const { tokens, clock, script, outside, ofType } = refreshStage(expired(1));
    outside.answer = async () => {
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 70));
      return { access_token: 'new', expires_in: 60 };
    };
    script.mode = 'never';
    const waiting = outcome(tokens.getToken());
    await clock.advance(30);
    script.mode = 'grant';
    void script.lock.request('lock', {}, () => Promise.resolve());
    await clock.advance(70);
    expect(await waiting).toBe('new');
    expect(ofType('refreshed')).toMatchObject([{ by: 'self', expiresAt: now + 30 + 60_000 }]);
    expect(ofType('refreshEnded')).toMatchObject([
      { duration: 100, lockWait: 30, intentWait: 0, attempts: 1, unanswered: 0 },
    ]);
  });

  once(
    'comes after another session was stored: that one stays, and nothing is revoked',
    async () => {
      const { tokens, cell, outside, revoked } = refreshStage(expired(1));
      outside.answer = () => {
        cell.put(OTHER);
        return NEW;
      };
      expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
      expect([cell.record, revoked]).toEqual([OTHER, []]);
    },
  );

  once(
    'comes after a peer’s newer generation, though that is due again: not stored over it',
    async () => {
      const { tokens, cell, outside, ofType } = refreshStage(expired(1));
      outside.answer = () => {
        cell.put(expired(2));
        outside.answer = () => ({ ...NEW, access_token: 'next' });
        return NEW;
      };
      expect(await outcome(tokens.getToken())).toBe('next');
      expect(cell.history.map(({ tokens: written }) => written?.accessToken)).toEqual([
        'at-1', // with the intent
        'at-2', // with the next one
        'next',
      ]);
      expect(ofType('refreshed').map(({ by }) => by)).toEqual(['peer', 'self']);
    },
  );

  once('of no use to a search for a session leaves nobody signed in', async () => {
    const { tokens, cell, outside } = refreshStage(undefined);
    outside.answer = () => ({ refresh_token: 'rt-1' });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
    expect(cell.record?.status).toBe('signedOut');
  });

  once('and cannot be, after a sign-out, is not shown', async () => {
    const { tokens, cell, outside, revoked } = refreshStage(expired(1));
    outside.answer = () => {
      cell.hooks.beforeWrite = () => {
        cell.hooks.beforeWrite = undefined;
        void tokens.signOut();
        return down();
      };
      return NEW;
    };
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    await settle();
    expect([tokens.status, revoked]).toEqual(['signedOut', ['rt-1', 'rt-2']]);
  });

  once('while a sign-out comes: what was written is signed out again', async () => {
    const { tokens, cell, clock, outside, revoked } = refreshStage(expired(1));
    outside.answer = () => {
      cell.hooks.afterWrite = () => {
        cell.hooks.afterWrite = undefined;
        void tokens.signOut();
      };
      return NEW;
    };
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    await clock.advance(1000);
    expect(cell.record).toMatchObject({ session: 's', status: 'signedOut' });
    expect([tokens.status, revoked]).toEqual(['signedOut', ['rt-1', 'rt-2']]);
  });

  once(
    'to a store that went back in time during the refresh becomes the next generation all the same',
    async () => {
      const { tokens, cell, outside } = refreshStage(expired(5));
      outside.answer = () => {
        cell.put(expired(3));
        return NEW;
      };
      expect([await outcome(tokens.getToken()), cell.record?.gen]).toEqual(['new', 6]);
    },
  );
});

describe('a store that cannot be written after the redemption', () => {
  const redeemed = async () => {
    const stage = refreshStage(expired(1));
    stage.outside.answer = () => {
      stage.cell.hooks.beforeWrite = down;
      return NEW;
    };
    expect(await outcome(stage.tokens.getToken())).toBe('new');
    await settle();
    expect(stage.script.holders).toBe(1);
    return stage;
  };

  once('is not written any more once a peer has written a newer generation', async () => {
    const { tokens, cell, clock, script } = await redeemed();
    cell.hooks.beforeWrite = undefined;
    cell.put(fresh(3, now));
    await clock.advance(500);
    expect([cell.record?.gen, await outcome(tokens.getToken()), script.holders]).toEqual([
      3,
      'at-3',
      0,
    ]);
  });

  once(
    'is not written any more after news of a newer generation, and its lock is free at once',
    async () => {
      const { cell, script } = await redeemed();
      cell.put(fresh(3, now));
      cell.notify();
      await settle();
      expect([cell.record?.gen, script.holders]).toEqual([3, 0]);
    },
  );

  once('and had written all the same is known to hold them', async () => {
    const { cell, clock, script } = await redeemed();
    const { writes } = cell;
    cell.put({ ...fresh(2, now), tokens: { accessToken: 'new', refreshToken: 'rt-2' } });
    await clock.advance(500);
    expect([cell.writes - writes, script.holders, clock.pending]).toEqual([0, 0, 0]);
  });
});

describe('a record that is gone when the answer comes', () => {
  const gone = async () => {
    const stage = refreshStage(expired(1));
    stage.outside.answer = () => {
      stage.cell.put(undefined);
      return NEW;
    };
    expect(await outcome(stage.tokens.getToken())).toBe('ERR_SIGNED_OUT');
    return stage;
  };

  once('is looked for under the lock for 30 s; nothing is written or revoked', async () => {
    const { cell, clock, script, revoked } = await gone();
    await clock.advance(29_000);
    expect(script.holders).toBe(1);
    await clock.advance(2000);
    expect([script.holders, cell.record, revoked]).toEqual([0, undefined, []]);
  });

  once('and comes back as a sign-out: the answer is revoked', async () => {
    const { tokens, cell, clock, revoked } = await gone();
    cell.put(tombstoneOf(expired(1), 's', now + 1000));
    await clock.advance(1500);
    expect([tokens.status, revoked]).toEqual(['signedOut', ['rt-2']]);
  });

  once(
    'is looked for no longer than 10 s once the manager is closed, and then said to be lost',
    async () => {
      const { tokens, clock, script, ofType } = await gone();
      const closing = tokens.close();
      await clock.advance(1000);
      expect(script.holders).toBe(0);
      await clock.advance(12_000);
      await closing;
      expect(ofType('warning').at(-1)).toMatchObject({ code: 'LOST' });
      expect(clock.pending).toBe(0);
    },
  );
});
