import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { stored, unanswered, unsent } from '../support/token-endpoint.ts';

describe('surely not sent', () => {
  it('is retried inside the flight, 0.5 and 1 s of jitter at most, 3 tries in all, and the waiter gets the token', async () => {
    const { clock, server, tokens } = stored();
    server.next(unsent);
    server.next(unsent);
    const waiting = outcome(tokens.getToken());
    await clock.advance(1500);
    expect(await waiting).toBe('at-2');
    expect(server.calls).toBe(3);
    expect(server.reuses).toBe(0);
  });

  it('three times ends in a back-off, the session kept, the intent cleared, and later requests join the next try', async () => {
    const { clock, server, tokens, cell, ofType } = stored({ random: () => 0.999 });
    for (let call = 0; call < 3; call++) server.next(unsent);
    const waiting = outcome(tokens.getToken());
    await clock.advance(1500);
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(server.calls).toBe(3);
    expect(cell.record?.intent).toBeUndefined();
    expect(cell.record?.tokens?.refreshToken).toBe('rt-1');
    expect(tokens.status).toBe('signedIn');
    expect(ofType('refreshEnded').filter(({ outcome: how }) => how === 'failed')).toHaveLength(1);
    const later = outcome(tokens.getToken());
    await settle();
    expect(server.calls).toBe(3);
    await clock.advance(1001);
    expect(await later).toBe('at-2');
    expect(server.calls).toBe(4);
  });

  it('three times, while a peer stored a newer generation: known when the intent is to be cleared, so a store that goes back changes nothing', async () => {
    const { clock, server, cell } = stored();
    const { tokens, ofType } = testSession({
      clock,
      server,
      store: cell.open({ subscribe: false }),
    });
    const before = cell.record;
    server.next(unsent);
    server.next(unsent);
    server.next(() => {
      cell.put({
        ...cell.record,
        gen: 1,
        tokens: { accessToken: 'peer', refreshToken: 'rt-p', expiresAt: clock.now() + 3_600_000 },
      });
      return unsent();
    });
    const waiting = outcome(tokens.getToken());
    await clock.advance(1500);
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(ofType('refreshed')).toMatchObject([{ by: 'peer' }]);
    cell.put(before);
    expect([await outcome(tokens.getToken()), server.calls]).toEqual(['peer', 3]);
  });

  it('and then closed, before the next try, clears the intent too', async () => {
    const { server, tokens, cell } = stored();
    server.next(unsent);
    const waiting = outcome(tokens.getToken());
    await settle();
    expect(cell.record?.intent).toBeDefined();
    await tokens.close();
    expect(await waiting).toBe('ERR_CLOSED');
    expect(server.calls).toBe(1);
    expect(cell.record?.intent).toBeUndefined();
  });
});

describe('maybe processed', () => {
  it.each([
    ['the connection is lost after the request was written', unanswered],
    ['500, 502, 504 or a bare 503, as a grant says it', unanswered],
  ])(
    '%s: the store is re-read and the same refresh token retried within 1 to 2 s',
    async (_, fail) => {
      const { clock, server, tokens, cell } = stored();
      server.next(fail);
      const waiting = outcome(tokens.getToken());
      await clock.advance(999);
      expect(server.calls).toBe(1);
      const reads = cell.reads;
      await clock.advance(1001);
      expect(cell.reads).toBeGreaterThan(reads);
      expect(await waiting).toBe('at-2');
      expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'rt-1']);
    },
  );

  it('and never answered: few tries, then a back-off, the session kept, the intent stays', async () => {
    const { clock, server, tokens, cell } = stored();
    for (let call = 0; call < 9; call++) server.next(unanswered);
    const waiting = outcome(tokens.getToken());
    await clock.advance(5000);
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(server.calls).toBe(3);
    expect(cell.record?.intent).toMatchObject({ gen: 0, attempt: 3 });
    expect(tokens.status).toBe('signedIn');
  });

  it('the answer is lost after rotation: the re-read finds what a peer stored, and nothing is resent', async () => {
    const { clock, server, tokens, cell } = stored();
    server.next(unanswered);
    const waiting = outcome(tokens.getToken());
    await settle();
    const record = cell.record;
    cell.put({
      ...record,
      gen: 1,
      tokens: { accessToken: 'peer', refreshToken: 'rt-p', expiresAt: clock.now() + 3_600_000 },
    });
    await clock.advance(2000);
    expect(await waiting).toBe('peer');
    expect(server.calls).toBe(1);
  });

  it('the answer is lost after rotation, on a strict server: the error says that an answer was probably lost', async () => {
    const { clock, server, tokens } = stored();
    server.next((redeem) => {
      redeem();
      return unanswered();
    });
    const waiting = tokens.getToken().catch((error: unknown) => error);
    await clock.advance(2000);
    expect(await waiting).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      message: expect.stringContaining('probably lost'),
    });
  });

  it.each([
    ['a memory store', false],
    ['a shared store', true],
  ])(
    'the hard cap is reached (%s): aborted at 60 s, unavailable, and a late invalid_grant says that an answer was probably lost',
    async (_, shared) => {
      const session = shared
        ? stored({ waitTimeout: 200_000 })
        : testSession({ waitTimeout: 200_000 });
      const { clock, server, tokens } = session;
      server.next((redeem) => {
        redeem();
        return new Promise(() => undefined);
      });
      const waiting = outcome(tokens.getToken());
      await clock.advance(59_999);
      expect(server.seen[0]?.context.signal.aborted).toBe(false);
      await clock.advance(1);
      expect(server.seen[0]?.context.signal.aborted).toBe(true);
      await clock.advance(5000);
      expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
      expect(tokens.status).toBe('signedIn');
      const later = tokens.getToken().catch((error: unknown) => error);
      await clock.advance(59_000);
      expect(server.calls).toBe(1); // an answer can still arrive
      await clock.advance(1001);
      expect(await later).toMatchObject({
        code: 'ERR_SESSION_ENDED',
        message: expect.stringContaining('probably lost'),
      });
    },
  );

  it('a 200 without an access_token: nothing that was stored is lost, and a later invalid_grant says that an answer was probably lost', async () => {
    const { clock, server, tokens } = testSession();
    server.next((redeem) => {
      redeem();
      return {};
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
    await clock.advance(1000);
    expect(await tokens.getToken().catch((error: unknown) => error)).toMatchObject({
      message: expect.stringContaining('probably lost'),
    });
  });
});

describe('429, or 503 with Retry-After or an OAuth error body', () => {
  it.each([
    ['429 in seconds', () => httpError(429, undefined, { 'retry-after': '3' }), 3000],
    ['503 in seconds', () => httpError(503, undefined, { 'retry-after': '3' }), 3000],
    [
      '503 as a date',
      () => httpError(503, undefined, { 'retry-after': new Date(1_800_000_004_000).toUTCString() }),
      4000,
    ],
    [
      '429 as a date',
      () => httpError(429, undefined, { 'retry-after': new Date(1_800_000_004_000).toUTCString() }),
      4000,
    ],
  ])(
    '%s: waited for inside the flight where it fits, and up to a second more',
    async (_, error, delay) => {
      const { clock, server, tokens } = testSession();
      server.next(() => {
        throw error();
      });
      const waiting = outcome(tokens.getToken());
      await clock.advance(delay - 1);
      expect(server.calls).toBe(1);
      await clock.advance(1001);
      expect(await waiting).toBe('at-2');
      expect(server.calls).toBe(2);
    },
  );

  it('503 with an OAuth error body: asked once more within a second, then a back-off, the session kept', async () => {
    const { clock, server, tokens, cell } = stored();
    for (let call = 0; call < 2; call++)
      server.next(() => {
        throw httpError(503, { error: 'temporarily_unavailable' });
      });
    const waiting = outcome(tokens.getToken());
    await clock.advance(1000);
    expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
    const later = outcome(tokens.getToken());
    await settle();
    expect(server.calls).toBe(2);
    expect(cell.record?.intent).toBeUndefined();
    expect(tokens.status).toBe('signedIn');
    await clock.advance(1001);
    expect(await later).toBe('at-2');
  });

  it('too long to wait for: fails now, and the endpoint is not asked before then; the session is kept', async () => {
    const { clock, server, tokens, cell } = stored({ waitTimeout: 1 });
    server.next(() => {
      throw httpError(429, undefined, { 'retry-after': '120' });
    });
    const error = await tokens.getToken().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', retryAfter: 120_000 });
    await clock.advance(119_999);
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(await outcome(tokens.refresh())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(server.calls).toBe(1);
    expect(cell.record?.intent).toBeUndefined();
    expect(tokens.status).toBe('signedIn');
    await clock.advance(30_001); // a quarter more at the most, at random
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });

  it('a day: honoured for an hour at most, and a quarter of one', async () => {
    const { clock, server, tokens } = testSession({ waitTimeout: 1 });
    server.next(() => {
      throw httpError(503, undefined, { 'retry-after': '86400' });
    });
    await outcome(tokens.getToken());
    await clock.advance(3_599_999);
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    await clock.advance(900_001);
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });
});

it.each([
  [200, 'temporarily_unavailable'],
  [400, 'server_error'],
])(
  'server_error, temporarily_unavailable, even in a 200 or 4xx (%d %s): retried as a 503, the session kept',
  async (status, error) => {
    const { clock, server, tokens } = testSession();
    server.next(() => {
      throw httpError(status, { error });
    });
    const waiting = outcome(tokens.getToken());
    await clock.advance(1000);
    expect(await waiting).toBe('at-2');
    expect(tokens.status).toBe('signedIn');
  },
);

describe('what is dispatched', () => {
  it('is listened to after every waiter has gone, and a late success is committed', async () => {
    const { clock, server, tokens, cell } = stored();
    const open = server.hold();
    const waiting = outcome(tokens.getToken());
    await clock.advance(30_000);
    expect(await waiting).toBe('ERR_WAIT_LIMIT');
    await clock.advance(29_000);
    expect(server.seen[0]?.context.signal.aborted).toBe(false);
    open();
    await settle();
    expect(cell.record).toMatchObject({ gen: 1, tokens: { accessToken: 'at-2' } });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
  });

  it('and ignores its signal: its answer is committed however late, and its refresh token is not sent before that', async () => {
    const { clock, server, tokens, cell } = stored();
    const open = server.hold();
    void outcome(tokens.getToken());
    for (let second = 0; second < 120; second++) {
      await clock.advance(1000);
      void outcome(tokens.getToken());
    }
    expect(server.calls).toBe(1);
    open();
    await settle();
    expect(cell.record).toMatchObject({ gen: 1, tokens: { accessToken: 'at-2' } });
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect(server.calls).toBe(1);
    expect(server.reuses).toBe(0);
  });
});
