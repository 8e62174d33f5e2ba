import { describe, expect, it } from '@jest/globals';
import { refreshTokenGrant } from '@unexpired/oauth';
import { createTokenManager, type TokenEvent, type TokenManager } from 'unexpired';
import { CLIENT_ID } from '../../node/test/support/provider.ts';
import { redisStore } from '../src/index.ts';
import type { ClientName } from './support/connection.ts';
import { command } from './support/clients.ts';
import { withRedis } from './support/with-redis.ts';
import { HOUR, KEY, LEASE, workersOn } from './support/workers.ts';

describe.each<ClientName>(['node-redis', 'ioredis'])('a Redis that fails, with %s', (name) => {
  withRedis('workers', (redis) => {
    const { closing, connect, here, isLive, signedIn, stored } = workersOn(name, redis);

    it('keeps nobody from a token that is still valid, spends nothing, and is used again when it is back', async () => {
      const provider = await signedIn(undefined, Date.now() + HOUR);
      const tokens = here();
      expect((await tokens.getToken())?.accessToken).toBe('access-1');
      await command(connect(), 'SAVE');
      await redis().kill();
      expect((await tokens.getToken())?.accessToken).toBe('access-1');
      await expect(tokens.refresh()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        action: 'retry',
      });
      expect(provider.redemptions).toBe(0);
      await redis().restart();
      expect(await isLive(await refreshedInTheEnd(tokens))).toBe(true);
      expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
    }, 40_000);

    it('between the redemption and the commit costs nothing: the tokens are served, and stored when it is back', async () => {
      const provider = await signedIn();
      await command(connect(), 'SAVE');
      const events: TokenEvent[] = [];
      const tokens = closing(
        createTokenManager({
          store: redisStore(connect(), { key: KEY, lease: LEASE }),
          async refresh(current, context) {
            const answer = await refreshTokenGrant({
              tokenEndpoint: provider.tokenEndpoint,
              clientId: CLIENT_ID,
            })(current, context);
            await redis().kill();
            return answer;
          },
        }),
      );
      tokens.subscribe((event) => events.push(event));
      const token = await tokens.getToken();
      expect(await isLive(token)).toBe(true);
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'warning', code: 'NOT_DURABLE' }),
      );
      await redis().restart(); // with the older record of the snapshot
      const client = connect();
      while (
        !String(await command(client, 'HGET', KEY, 'record')).includes(String(token?.accessToken))
      );
      expect(await stored()).toMatchObject({ gen: 2 });
      expect((await here().getToken())?.accessToken).toBe(token?.accessToken);
      expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
    }, 40_000);

    it('that comes back with older data gets the newer tokens from a worker that knows them, and the older refresh token is never sent', async () => {
      const provider = await signedIn();
      const [tokens, client] = [here(), connect()];
      await command(client, 'SAVE');
      const token = await tokens.getToken();
      await redis().restart();
      while (((await stored().catch(() => undefined))?.gen ?? 0) !== 1);
      expect((await tokens.getToken())?.accessToken).toBe(token?.accessToken);
      expect(await isLive(await refreshedInTheEnd(tokens))).toBe(true);
      expect(await stored()).toMatchObject({ gen: 3 });
      expect(provider).toMatchObject({ redemptions: 2, refusals: 0, revocations: 0 });
    }, 40_000);

    it('that comes back empty has signed everybody out, and no refresh makes the session again', async () => {
      await signedIn();
      const tokens = here();
      await tokens.getToken();
      await command(connect(), 'FLUSHALL');
      await command(connect(), 'SAVE');
      await redis().restart();
      await expect(refreshedInTheEnd(tokens)).rejects.toMatchObject({ code: 'ERR_SIGNED_OUT' });
      expect(await stored()).toBeUndefined();
      expect(tokens.status).toBe('signedOut');
    }, 40_000);

    it('that hangs gives a typed error in time, and everything goes on when it does', async () => {
      const provider = await signedIn();
      const tokens = here();
      redis().signal('SIGSTOP');
      await expect(tokens.getToken()).rejects.toMatchObject({
        code: 'ERR_REFRESH_UNAVAILABLE',
        action: 'retry',
      });
      redis().signal('SIGCONT');
      expect(await isLive(await refreshedInTheEnd(tokens))).toBe(true);
      expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
    }, 40_000);

    it('during a sign-out does not keep it from being one here, and the others hear of it when it is back', async () => {
      await signedIn(undefined, Date.now() + HOUR);
      const [tokens, other] = [here(), here()];
      await Promise.all([tokens.getToken(), other.getToken()]);
      await command(connect(), 'SAVE');
      await redis().kill();
      const events: TokenEvent[] = [];
      tokens.subscribe((event) => events.push(event));
      const leaving = tokens.signOut();
      expect(await tokens.getToken()).toBeUndefined();
      await expect(leaving).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'warning', code: 'NOT_DURABLE' }),
      );
      await redis().restart();
      const ended = new Promise<void>((resolve) =>
        other.subscribe(({ type }) => void (type === 'signedOut' && resolve())),
      );
      await ended;
      expect(await stored()).toMatchObject({ status: 'signedOut' });
    }, 40_000);
  });
});

/** A client takes its time to connect again; until then a refresh is refused, and costs nothing. */
async function refreshedInTheEnd(tokens: TokenManager): Promise<{ accessToken: string }> {
  for (;;) {
    const token = await tokens.refresh().catch((error: { code?: string }) => {
      if (error.code !== 'ERR_REFRESH_UNAVAILABLE') throw error;
    });
    if (token !== undefined) return token;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
