import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const acquiring = (options: Parameters<typeof testSession>[0] = {}) => {
  const cell = sharedCell();
  return { ...testSession({ from: 'acquire', store: cell.open(), ...options }), cell };
};

describe('sessions without a refresh token', () => {
  it('no record: one is created from nothing, stored, and renewed the same way', async () => {
    const { clock, server, tokens, cell } = acquiring();
    expect(tokens.status).toBe('unknown');
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(cell.record).toMatchObject({
      v: 1,
      gen: 0,
      status: 'active',
      tokens: { accessToken: 'at-2' },
    });
    await clock.advance(3_600_000);
    expect(await outcome(tokens.getToken())).toBe('at-3');
    expect(cell.record).toMatchObject({ gen: 1, tokens: { accessToken: 'at-3' } });
    expect(server.calls).toBe(2);
    expect(server.seen.map(({ context }) => context.reason)).toEqual(['empty', 'due']);
  });

  it('an intent is written, for which others wait: the cookie may be spent; a dead mark is not', async () => {
    const { clock, server, tokens, cell } = acquiring();
    await tokens.getToken();
    await clock.advance(3_600_000);
    server.next(() => {
      throw httpError(500);
    });
    await outcome(tokens.getToken());
    await clock.advance(1000);
    server.next(() => {
      throw httpError(401);
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
    expect(cell.history.filter(({ dead }) => dead !== undefined)).toEqual([]);
    expect(cell.history.map(({ intent }) => intent?.attempt)).toContain(1);
    expect(tokens.status).toBe('ended');
  });

  it('nothing is ambiguous: no error speaks of a lost answer', async () => {
    const { clock, server, tokens } = acquiring();
    await tokens.getToken();
    await clock.advance(3_600_000);
    server.next(() => {
      throw httpError(502);
    });
    await outcome(tokens.getToken());
    await clock.advance(1000);
    server.next(() => {
      throw httpError(401);
    });
    expect(await tokens.getToken().catch((error: Error) => error.message)).not.toContain('lost');
  });

  it.each([
    [
      'both functions given: acquire while the store is empty, refresh afterwards',
      'both',
      ['at-2', 'at-3'],
    ],
    ['acquire alone: renews as well', 'acquire', ['at-2', 'at-3']],
  ] as const)('%s', async (_, from, expected) => {
    const { server, tokens } = acquiring({ from });
    const got = [await outcome(tokens.getToken())];
    server.next((redeem) => (from === 'both' ? { access_token: 'at-3' } : redeem()));
    got.push(await outcome(tokens.refresh()));
    expect(got).toEqual(expected);
  });

  it('a 401 of the API: acquired again, once, and replayed', async () => {
    const { clock, tokens, server } = acquiring();
    await tokens.getToken();
    await clock.advance(60_000);
    expect(
      await Promise.all([
        outcome(tokens.replaceRejected('at-2')),
        outcome(tokens.replaceRejected('at-2')),
      ]),
    ).toEqual(['at-3', 'at-3']);
    expect(server.calls).toBe(2);
  });

  it('two managers find the store empty: one acquires, the other takes what it stored', async () => {
    const { clock, server, tokens, cell } = acquiring();
    const other = testSession({ from: 'acquire', clock, server, store: cell.open(), seed: 2 });
    const got = await Promise.all([outcome(tokens.getToken()), outcome(other.tokens.getToken())]);
    expect(new Set(got).size).toBe(1);
    expect(new Set([cell.record?.session]).size).toBe(1);
  });
});

describe('without a refresh token, where nobody is signed in', () => {
  it.each([400, 401, 403, 404])(
    'while acquiring, a 4xx (%d): nobody is signed in, no error, and the endpoint is asked again only after a while',
    async (status) => {
      const { clock, server, tokens, ofType } = acquiring();
      for (let call = 0; call < 2; call++)
        server.next(() => {
          throw httpError(status);
        });
      expect(
        await Promise.all(Array.from({ length: 5 }, () => outcome(tokens.getToken()))),
      ).toEqual(Array.from({ length: 5 }, () => undefined));
      expect(tokens.status).toBe('signedOut');
      expect(await outcome(tokens.refresh())).toBe('ERR_SIGNED_OUT');
      expect(server.calls).toBe(1);
      expect(ofType('sessionEnded')).toEqual([]);
      await clock.advance(1000);
      await outcome(tokens.getToken());
      expect(server.calls).toBe(2);
      await clock.advance(2000);
      expect(await outcome(tokens.getToken())).toBe('at-2');
    },
  );

  it.each([408, 429, 500, 503])(
    'while acquiring, HTTP %d: unavailable, not signed out',
    async (status) => {
      const { clock, server, tokens } = acquiring();
      for (let call = 0; call < 2; call++)
        server.next(() => {
          throw httpError(status);
        });
      const waiting = outcome(tokens.getToken());
      await clock.advance(1000);
      expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
      expect(tokens.status).toBe('unknown');
    },
  );

  it('that nobody is signed in is said once, after status has changed, however often it is found, or cannot be, from then on', async () => {
    const { clock, server, tokens } = acquiring();
    const told: unknown[][] = [];
    tokens.subscribe((event) => told.push([event.type, 'by' in event && event.by, tokens.status]));
    for (const status of [401, 401, 500])
      server.next(() => {
        throw httpError(status);
      });
    for (let call = 0; call < 3; call++) {
      await outcome(tokens.getToken());
      await clock.advance(3000);
    }
    expect(server.calls).toBe(3);
    expect(tokens.status).toBe('signedOut');
    expect(told.filter(([type]) => type === 'ready')).toEqual([['ready', false, 'signedOut']]);
    expect(told.filter(([type]) => type === 'signedOut')).toEqual([]);
  });

  it('an empty store, and nothing to acquire from: said once, after status has changed', async () => {
    const { tokens } = testSession({ store: sharedCell().open() });
    const told: unknown[][] = [];
    tokens.subscribe((event) => told.push([event.type, 'by' in event && event.by, tokens.status]));
    expect(tokens.status).toBe('unknown');
    await Promise.all([tokens.getToken(), tokens.getToken()]);
    await tokens.getToken();
    expect(told).toEqual([['ready', false, 'signedOut']]);
  });
});

describe('without a refresh token, on a store that fails', () => {
  it('the store cannot be written when the session begins: served from memory, stored when it can be, not taken for signed out', async () => {
    const { clock, tokens, cell, ofType, server } = acquiring();
    cell.hooks.beforeWrite = () => Promise.reject(new Error('disk full'));
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(ofType('warning')).toMatchObject([{ code: 'NOT_DURABLE' }]);
    await clock.advance(2000);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    cell.hooks.beforeWrite = undefined;
    await clock.advance(30_000);
    expect(cell.record).toMatchObject({ gen: 0, tokens: { accessToken: 'at-2' } });
    expect(tokens.status).toBe('signedIn');
    expect(server.calls).toBe(1);
  });

  it('the store could not be written for long: the next refresh writes memory’s record first', async () => {
    const { clock, tokens, cell, server } = acquiring();
    cell.hooks.beforeWrite = () => Promise.reject(new Error('disk full'));
    await tokens.getToken();
    await clock.advance(3_600_000);
    cell.hooks.beforeWrite = undefined;
    expect(await outcome(tokens.getToken())).toBe('at-3');
    expect(cell.history.filter(({ intent }) => !intent).map(({ gen }) => gen)).toEqual([0, 1]);
    expect(tokens.status).toBe('signedIn');
    expect(server.calls).toBe(2);
  });
});
