import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import { settle } from '../support/clock.ts';
import { httpError, outcome, testSession } from '../support/session.ts';
import { stored } from '../support/token-endpoint.ts';

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
