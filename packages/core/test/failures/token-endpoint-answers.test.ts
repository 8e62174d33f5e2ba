import { describe, expect } from '@jest/globals';
import { it } from '../support/both-homes.ts';
import type { TokenResponse } from '../../src/index.ts';
import { outcome, testSession } from '../support/session.ts';
import { stored } from '../support/token-endpoint.ts';

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
