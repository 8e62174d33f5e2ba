import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { TokenError, type TokenResponse } from '../../src/index.ts';
import { settle } from '../support/clock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

/** A session on a shared store, so that intents and dead marks can be seen, with the token due (valid for 20 s) or expired. */
const stored = (options: Parameters<typeof testSession>[0] = {}) => {
  const { server, clock } = testSession(options);
  const cell = sharedCell(server.first);
  return { ...testSession({ ...options, clock, server, store: cell.open() }), cell };
};
const unsent = () => {
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'connect ECONNREFUSED',
    delivery: 'unsent',
  });
};
const unanswered = () => {
  throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message: 'socket hang up',
    delivery: 'unanswered',
  });
};

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

describe('invalid_grant', () => {
  const refuse = () => {
    throw httpError(400, { error: 'invalid_grant' });
  };

  it('with a newer generation in the store: adopted', async () => {
    const { clock, server, tokens, cell, ofType } = stored();
    server.next(() => {
      cell.put({
        ...cell.record,
        gen: 1,
        tokens: { accessToken: 'peer', refreshToken: 'rt-p', expiresAt: clock.now() + 3_600_000 },
      });
      return refuse();
    });
    expect(await outcome(tokens.getToken())).toBe('peer');
    expect(ofType('sessionEnded')).toEqual([]);
    expect(tokens.status).toBe('signedIn');
  });

  it('with nothing newer: marked dead, one "sign in again" event, tokens not deleted', async () => {
    const { server, tokens, cell, ofType } = stored();
    server.next(refuse);
    expect(await Promise.all([outcome(tokens.getToken()), outcome(tokens.refresh())])).toEqual([
      'ERR_SESSION_ENDED',
      'ERR_SESSION_ENDED',
    ]);
    expect(cell.record).toMatchObject({
      gen: 0,
      status: 'active',
      tokens: { refreshToken: 'rt-1' },
      dead: { gen: 0, code: 'invalid_grant' },
    });
    expect(cell.record?.intent).toBeUndefined();
    expect(ofType('sessionEnded')).toHaveLength(1);
    expect(tokens.status).toBe('ended');
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(server.calls).toBe(1);
  });

  it('while the access token is valid: requests that were not refused go on using it', async () => {
    const { server, tokens } = stored({ expiresIn: 3_600_000 });
    await tokens.getToken();
    server.next(refuse);
    expect(await outcome(tokens.refresh())).toBe('ERR_SESSION_ENDED');
    expect(tokens.status).toBe('ended');
    expect(await outcome(tokens.getToken())).toBe('at-1');
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('ERR_SESSION_ENDED');
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(server.calls).toBe(1);
  });

  it('with an unsettled intent of ours: says that an answer was probably lost', async () => {
    const { server, cell, clock } = stored();
    const first = testSession({ server, clock, store: cell.open() });
    server.next((redeem) => {
      redeem();
      throw new Error('the process was killed here');
    });
    expect(await outcome(first.tokens.getToken())).toBe('ERR_REFRESH_UNAVAILABLE');
    expect(cell.record?.intent).toMatchObject({ gen: 0 });
    const second = testSession({ server, clock, store: cell.open(), seed: 2 });
    expect(await second.tokens.getToken().catch((error: unknown) => error)).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      message: expect.stringContaining('probably lost'),
    });
  });

  it('without any unsettled intent: does not say so', async () => {
    const { server, tokens } = stored();
    server.next(refuse);
    expect(await tokens.getToken().catch((error: Error) => error.message)).not.toContain('lost');
  });

  it('found as a dead mark that a peer left: not tried again', async () => {
    const { server, tokens, cell, events } = stored();
    cell.put({
      v: 1,
      session: 's',
      gen: 4,
      status: 'active',
      issuedAt: 1,
      turn: 1,
      tokens: { accessToken: 'at-1', refreshToken: 'rt-1', expiresAt: 1 },
      dead: { gen: 4, code: 'invalid_grant', at: 1 },
    });
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect(tokens.status).toBe('ended');
    expect(events).toMatchObject([
      { type: 'ready', status: 'ended' },
      { type: 'sessionEnded', by: 'peer' },
    ]);
    expect(server.calls).toBe(0);
  });

  it('found as a dead mark whose record was away: not tried again when it is back', async () => {
    const { clock, server, tokens, cell, ofType } = stored();
    server.next(refuse);
    expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
    const record = cell.record;
    cell.put(undefined);
    cell.notify();
    await settle();
    expect(tokens.status).toBe('signedOut');
    cell.put(record);
    await clock.advance(10_000); // so that it is worth another look
    expect(await outcome(tokens.getToken())).toBeUndefined();
    expect([tokens.status, server.calls, ofType('refreshStarted').length]).toEqual(['ended', 1, 1]);
  });

  it('a dead mark of an earlier generation: does not concern this one', async () => {
    const { tokens, cell } = stored();
    cell.put({
      v: 1,
      session: 's',
      gen: 4,
      status: 'active',
      issuedAt: 1,
      turn: 1,
      tokens: { accessToken: 'at-0', refreshToken: 'rt-1', expiresAt: 1 },
      dead: { gen: 3, code: 'invalid_grant', at: 1 },
    });
    expect(await outcome(tokens.getToken())).toBe('at-2');
  });
});

describe('invalid_client, unauthorized_client, unsupported_grant_type, invalid_scope', () => {
  it.each(['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope'])(
    '%s: a loud event, a back-off of at least 60 s, the session kept',
    async (error) => {
      const { clock, server, tokens, cell, ofType } = stored();
      server.next(() => {
        throw httpError(error === 'invalid_client' ? 401 : 400, { error });
      });
      expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_CONFIGURATION');
      expect(ofType('warning')).toMatchObject([
        { code: 'CONFIGURATION', error: { code: 'ERR_REFRESH_CONFIGURATION' } },
      ]);
      await clock.advance(59_999);
      expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_CONFIGURATION');
      expect(server.calls).toBe(1);
      expect(tokens.status).toBe('signedIn');
      expect(cell.record?.intent).toBeUndefined();
      await clock.advance(1);
      expect(await outcome(tokens.getToken())).toBe('at-2');
    },
  );
});

it.each([
  ['invalid_request', () => httpError(400, { error: 'invalid_request' })],
  ['404', () => httpError(404)],
  ['409', () => httpError(409, { message: 'a text' })],
])(
  '%s: a matter of the set-up, not tried again for a minute, the session kept',
  async (_, refusal) => {
    const { clock, server, tokens, cell } = stored();
    for (let call = 0; call < 5; call++)
      server.next(() => {
        throw refusal();
      });
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_CONFIGURATION');
    await clock.advance(59_000);
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_CONFIGURATION');
    expect(server.calls).toBe(1);
    expect(tokens.status).toBe('signedIn');
    expect(cell.record?.intent).toBeUndefined();
  },
);

it.each([400, 401, 403, 410, 419, 422, 440, 498])(
  'HTTP %d of a back end of one’s own: the session has ended, its tokens stay, and refresh() may try again',
  async (status) => {
    const { server, tokens, cell } = stored();
    server.next(() => {
      throw httpError(status, { message: 'a text' });
    });
    expect(await outcome(tokens.getToken())).toBe('ERR_SESSION_ENDED');
    expect(tokens.status).toBe('ended');
    expect(cell.record?.tokens?.refreshToken).toBe('rt-1');
    expect(await outcome(tokens.refresh())).toBe('at-2');
  },
);

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

describe('an answer', () => {
  const answers = async (
    answer: (redeem: () => TokenResponse) => unknown,
    options: Parameters<typeof stored>[0] = {},
  ) => {
    const session = stored(options);
    session.server.next(answer);
    return { ...session, got: await outcome(session.tokens.getToken()) };
  };

  it('without a refresh token: the old one is kept, the generation is one more', async () => {
    const { got, cell, server, tokens } = await answers(() => ({
      access_token: 'new',
      expires_in: 3600,
    }));
    expect(got).toBe('new');
    expect(cell.record).toMatchObject({
      gen: 1,
      tokens: { accessToken: 'new', refreshToken: 'rt-1' },
    });
    server.next(() => ({ access_token: 'newer', expires_in: 3600 }));
    expect(await outcome(tokens.refresh())).toBe('newer');
    expect(server.seen[1]?.refreshToken).toBe('rt-1');
    expect(cell.record?.gen).toBe(2);
  });

  it('with the same access token: committed, and requests that were refused with it get the 401, later ones an error until it may be replaced', async () => {
    const { server, tokens, cell } = stored({ expiresIn: 3_600_000 });
    await tokens.getToken();
    server.next((redeem) => ({ ...redeem(), access_token: 'at-1' }));
    expect(
      await Promise.all([
        outcome(tokens.replaceRejected('at-1')),
        outcome(tokens.replaceRejected('at-1')),
      ]),
    ).toEqual([undefined, undefined]);
    expect(cell.record).toMatchObject({
      gen: 1,
      tokens: { accessToken: 'at-1', refreshToken: 'rt-2' },
    });
    expect(await outcome(tokens.replaceRejected('at-1'))).toBe('ERR_REFRESH_LIMIT');
    expect(server.calls).toBe(1);
  });

  it.each([
    ['expires_in 0', { expires_in: 0 }],
    ['expires_in -1', { expires_in: -1 }],
  ])(
    'that has already expired (%s): stored, rejected with its own error, counts for the back-off, no loop',
    async (_, odd) => {
      const { got, cell, server, tokens, clock } = await answers((redeem) => ({
        ...redeem(),
        ...odd,
      }));
      expect(got).toBe('ERR_REFRESH_ANSWER');
      expect(cell.record).toMatchObject({
        gen: 1,
        tokens: { accessToken: 'at-2', refreshToken: 'rt-2', expiresAt: 0 },
      });
      expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
      expect(server.calls).toBe(1);
      await clock.advance(1000);
      expect(await outcome(tokens.getToken())).toBe('at-3');
      expect(server.reuses).toBe(0);
    },
  );

  it.each([
    ['an odd expires_in', { expires_in: 'soon' }],
    ['a wrong token_type', { token_type: 'not a scheme' }],
    ['an access token that no header may carry', { access_token: 'two words' }],
    ['no access token', { access_token: undefined }],
  ])(
    'that fails validation after rotation (%s): the refresh token is stored first, the old one never resent',
    async (_, odd) => {
      const { got, cell, server, tokens, clock } = await answers((redeem) => ({
        ...redeem(),
        ...odd,
      }));
      expect(got).toBe('ERR_REFRESH_ANSWER');
      expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
      await clock.advance(1000);
      expect(await outcome(tokens.getToken())).toBe('at-3');
      expect(server.seen.map(({ refreshToken }) => refreshToken)).toEqual(['rt-1', 'rt-2']);
      expect(server.reuses).toBe(0);
    },
  );

  it('that fails validation after rotation, to a 401: refused requests get its error, never a bare 401', async () => {
    const { server, tokens, cell } = stored({ expiresIn: 3_600_000 });
    await tokens.getToken();
    server.next((redeem) => ({ ...redeem(), access_token: 'undefined' }));
    expect(
      await Promise.all([
        outcome(tokens.replaceRejected('at-1')),
        outcome(tokens.replaceRejected('at-1')),
      ]),
    ).toEqual(['ERR_REFRESH_ANSWER', 'ERR_REFRESH_ANSWER']);
    expect(cell.record).toMatchObject({ gen: 1, tokens: { refreshToken: 'rt-2' } });
    expect(server.calls).toBe(1);
  });

  it('that fails validation after rotation, again and again: five in 30 s at most', async () => {
    const { clock, server, tokens } = stored();
    for (let call = 0; call < 100; call++)
      server.next((redeem) => ({ ...redeem(), token_type: 'not a scheme' }));
    for (let tick = 0; tick < 300; tick++) {
      await outcome(tokens.getToken());
      await clock.advance(100);
    }
    expect(server.calls).toBeGreaterThan(1);
    expect(server.calls).toBeLessThanOrEqual(5);
  });

  it.each([
    ['missing: only a 401 tells', undefined, undefined],
    ['a string: parsed', '600', 600_000],
    ['a number', 600, 600_000],
  ])('with expires_in %s', async (_, expires_in, lives) => {
    const { got, cell, clock, tokens, server } = await answers((redeem) => ({
      ...redeem(),
      expires_in,
    }));
    expect(got).toBe('at-2');
    expect(cell.record?.tokens?.expiresAt).toBe(
      lives === undefined ? undefined : clock.now() + lives,
    );
    await clock.advance(500_000);
    expect(await outcome(tokens.getToken())).toBe('at-2');
    await clock.advance(86_400_000 * 40);
    expect(await outcome(tokens.getToken())).toBe(lives === undefined ? 'at-2' : 'at-3');
    expect(server.calls).toBe(lives === undefined ? 1 : 2);
  });

  it('that leaves scope and extra out: kept; with some of extra: the rest is kept', async () => {
    const { clock, server } = testSession();
    const { tokens } = testSession({
      clock,
      server,
      tokens: {
        ...server.first,
        expiresAt: 0,
        scope: 's',
        extra: { tenant: 1, id_token: 'i' },
      },
    });
    expect(await tokens.getToken()).toMatchObject({
      accessToken: 'at-2',
      scope: 's',
      extra: { tenant: 1, id_token: 'i' },
    });
    server.next((redeem) => ({ ...redeem(), scope: 't', id_token: 'j' }));
    expect(await tokens.refresh()).toMatchObject({
      scope: 't',
      extra: { tenant: 1, id_token: 'j' },
    });
  });

  it('whose lifetime counts from when the call began', async () => {
    const { clock, server, tokens, cell } = stored();
    const open = server.hold();
    const waiting = outcome(tokens.getToken());
    await clock.advance(20_000);
    const began = clock.now() - 20_000;
    open();
    expect(await waiting).toBe('at-2');
    expect(cell.record).toMatchObject({
      issuedAt: began,
      tokens: { expiresAt: began + 3_600_000 },
    });
  });
});

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
