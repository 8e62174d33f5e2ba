import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refreshTokenGrant } from '@unexpired/oauth';
import {
  type Clock,
  createTokenManager,
  type SessionRecord,
  type TokenEvent,
  type TokenManager,
} from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import { type Answers, COSTS, type Order, type Step } from '../../node/test/support/orders.ts';
import type { Program } from '../../node/test/support/program.ts';
import {
  CLIENT_ID,
  startStrictProvider,
  type StrictProvider,
} from '../../node/test/support/provider.ts';
import { recordOf } from '../../node/test/support/records.ts';
import { redisStore } from '../src/index.ts';
import type { ClientName, Connection } from './support/connection.ts';
import { CLIENTS, command } from './support/clients.ts';
import { hurriedClock } from './support/hurried-clock.ts';
import { start } from './support/programs.ts';
import type { RedisServer } from './support/redis-server.ts';
import type { RedisSetup } from './support/setup.ts';
import { withRedis } from './support/with-redis.ts';

const HOUR = 3_600_000;
const KEY = 'session:1';
/** Ms. */
const LEASE = 600;
const noTests = (): void => undefined;

describe.each<ClientName>(['node-redis', 'ioredis'])('%s', (name) => {
  withRedis('workers on one Redis', (redis) => {
    let provider: StrictProvider;
    let server: RedisServer;
    const running = new Set<Program>();
    const managers = new Set<TokenManager>();
    const connections = new Set<Connection>();
    const connect = () => {
      const connection = CLIENTS[name](server.port);
      connections.add(connection);
      return connection.client;
    };

    beforeEach(async () => {
      server = redis();
      if (!server.running) await server.restart();
      await command(connect(), 'FLUSHALL');
    });
    afterEach(async () => {
      await Promise.all([...running].map((program) => program.kill()));
      await Promise.all([...managers].map((manager) => manager.close()));
      for (const { close } of connections) close();
      running.clear();
      managers.clear();
      connections.clear();
      await provider.stop();
    });

    /** A provider, and a Redis that holds a session which has expired. */
    const signedIn = async (
      options?: { readonly rotate: boolean },
      expiresAt = 0,
    ): Promise<void> => {
      provider = await startStrictProvider(options);
      const record = {
        ...recordOf(1, { refreshToken: await provider.newRefreshToken(), expiresAt }),
        issuedAt: Date.now() - HOUR,
      };
      await redisStore(connect(), { key: KEY }).write(record, undefined);
    };
    const worker = async (setup: Partial<RedisSetup> = {}): Promise<Program> => {
      const { tokenEndpoint, revocationEndpoint } = provider;
      const full: RedisSetup = {
        client: name,
        port: server.port,
        key: KEY,
        lease: LEASE,
        tokenEndpoint,
        revocationEndpoint,
        clientId: CLIENT_ID,
        ...setup,
      };
      const program = start('client', [JSON.stringify(full)]);
      running.add(program);
      await program.next('ready');
      return program;
    };
    const ask: Order = { kind: 'ask', advance: 0, requests: 1 };

    /** This process as one of the workers; what it waits for comes sooner. */
    const here = (clock: Clock = hurriedClock): TokenManager => {
      const manager = createTokenManager({
        store: redisStore(connect(), { key: KEY, lease: LEASE }),
        refresh: refreshTokenGrant({ tokenEndpoint: provider.tokenEndpoint, clientId: CLIENT_ID }),
        clock,
        waitTimeout: 1000 * HOUR,
      });
      managers.add(manager);
      return manager;
    };
    const stored = async (): Promise<SessionRecord> =>
      (await redisStore(connect(), { key: KEY }).read())?.value as SessionRecord;
    const isLive = async (token: { accessToken: string } | undefined): Promise<boolean> =>
      provider.isLiveAccess(String(token?.accessToken));

    // What a flight does is the same on either client.
    const describeFlights = name === 'ioredis' ? describe : noTests;

    describeFlights('one that is killed in the middle of a refresh', () => {
      const kill = async (step: Step): Promise<void> => {
        const victim = await worker({ catch: { step, how: 'SIGKILL' } });
        victim.tell(ask);
        expect((await victim.ended).signal).toBe('SIGKILL');
        running.delete(victim);
      };

      it.each(COSTS.nothing)(
        'costs nothing at %s, once its lease has run out and its intent has had its time',
        async (step) => {
          await signedIn();
          await kill(step);
          expect(await isLive(await here().getToken())).toBe(true);
          expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
          expect(await stored()).toMatchObject({ gen: 2 });
        },
      );

      it.each(COSTS['the answer'])(
        'ends the session at %s where the server revokes it, with an error that says why',
        async (step) => {
          await signedIn();
          await kill(step);
          await expect(here().getToken()).rejects.toMatchObject({
            code: 'ERR_SESSION_ENDED',
            message: expect.stringContaining('was probably lost'),
          });
          expect(provider).toMatchObject({ redemptions: 1, refusals: 1, revocations: 1 });
          expect(await stored()).toMatchObject({ gen: 1, dead: { gen: 1 } });
        },
      );

      it.each(COSTS['the answer'])(
        'costs nothing at %s where the server does not rotate',
        async (step) => {
          await signedIn({ rotate: false });
          await kill(step);
          expect(await isLive(await here().getToken())).toBe(true);
          expect(await stored()).toMatchObject({ gen: 2 });
        },
      );
    });

    describeFlights(
      'one that is stopped past its lease in the middle of a refresh, and goes on',
      () => {
        const stopAt = async (step: Step) => {
          const stopped = await worker({ catch: { step, how: 'wait' } });
          stopped.tell(ask);
          await stopped.next('caught');
          stopped.signal('SIGSTOP');
          const client = connect();
          while (Number(await command(client, 'EXISTS', `{${KEY}}:lease`)) === 1);
          return async (): Promise<Answers> => {
            stopped.signal('SIGCONT');
            stopped.tell({ kind: 'go' } satisfies Order);
            return stopped.next<Answers>('answers');
          };
        };

        it('takes over what somebody else got in between, if it had not sent the refresh token yet', async () => {
          await signedIn();
          const resume = await stopAt('F4 before the intent');
          const token = await here().getToken();
          expect(await resume()).toEqual({ tokens: [token?.accessToken], errors: [] });
          expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
          expect(await stored()).toMatchObject({ gen: 2 });
        });

        it('stores its late answer, which the others take over, as long as they wait for its intent', async () => {
          await signedIn();
          const resume = await stopAt('F6 after the answer');
          const other = here(systemClock);
          const told = (type: TokenEvent['type']): Promise<TokenEvent> =>
            new Promise((resolve) => {
              other.subscribe((event) => {
                if (event.type === type) resolve(event);
              });
            });
          const [started, ended] = [told('refreshStarted'), told('refreshEnded')];
          const waiting = other.getToken();
          await started;
          const { tokens, errors } = await resume();
          expect(errors).toEqual([]);
          expect((await waiting)?.accessToken).toBe(tokens[0]);
          // Waiting requests have the token before the flight ends, which gives the lock back first.
          expect(await ended).toMatchObject({ outcome: 'adopted', attempts: 0 });
          expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
        });

        it('does not replace newer tokens with its own late answer, where the server does not rotate', async () => {
          await signedIn({ rotate: false });
          const resume = await stopAt('F7 before the commit');
          const newer = await here().getToken();
          expect(await resume()).toEqual({ tokens: [newer?.accessToken], errors: [] });
          expect(await stored()).toMatchObject({
            gen: 2,
            tokens: { accessToken: newer?.accessToken },
          });
        });

        it('gives what it got to those whom the server refused, although they marked the generation dead', async () => {
          await signedIn();
          const resume = await stopAt('F7 before the commit');
          const other = here();
          await expect(other.getToken()).rejects.toMatchObject({ code: 'ERR_SESSION_ENDED' });
          const { tokens, errors } = await resume();
          expect([tokens.length, errors]).toEqual([1, []]);
          expect(await stored()).toMatchObject({ gen: 2, tokens: { accessToken: tokens[0] } });
          expect((await here().getToken())?.accessToken).toBe(tokens[0]);
        });
      },
    );

    describe('a Redis that fails', () => {
      it('keeps nobody from a token that is still valid, spends nothing, and is used again when it is back', async () => {
        await signedIn(undefined, Date.now() + HOUR);
        const tokens = here();
        expect((await tokens.getToken())?.accessToken).toBe('access-1');
        await command(connect(), 'SAVE');
        await server.kill();
        expect((await tokens.getToken())?.accessToken).toBe('access-1');
        await expect(tokens.refresh()).rejects.toMatchObject({
          code: 'ERR_REFRESH_UNAVAILABLE',
          action: 'retry',
        });
        expect(provider.redemptions).toBe(0);
        await server.restart();
        expect(await isLive(await refreshedInTheEnd(tokens))).toBe(true);
        expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
      }, 40_000);

      it('between the redemption and the commit costs nothing: the tokens are served, and stored when it is back', async () => {
        await signedIn();
        await command(connect(), 'SAVE');
        const events: TokenEvent[] = [];
        const tokens = createTokenManager({
          store: redisStore(connect(), { key: KEY, lease: LEASE }),
          async refresh(current, context) {
            const answer = await refreshTokenGrant({
              tokenEndpoint: provider.tokenEndpoint,
              clientId: CLIENT_ID,
            })(current, context);
            await server.kill();
            return answer;
          },
        });
        managers.add(tokens);
        tokens.subscribe((event) => events.push(event));
        const token = await tokens.getToken();
        expect(await isLive(token)).toBe(true);
        expect(events).toContainEqual(
          expect.objectContaining({ type: 'warning', code: 'NOT_DURABLE' }),
        );
        await server.restart(); // with the older record of the snapshot
        const client = connect();
        while (
          !String(await command(client, 'HGET', KEY, 'record')).includes(String(token?.accessToken))
        );
        expect(await stored()).toMatchObject({ gen: 2 });
        expect((await here().getToken())?.accessToken).toBe(token?.accessToken);
        expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
      }, 40_000);

      it('that comes back with older data gets the newer tokens from a worker that knows them, and the older refresh token is never sent', async () => {
        await signedIn();
        const [tokens, client] = [here(), connect()];
        await command(client, 'SAVE');
        const token = await tokens.getToken();
        await server.restart();
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
        await server.restart();
        await expect(refreshedInTheEnd(tokens)).rejects.toMatchObject({ code: 'ERR_SIGNED_OUT' });
        expect(await stored()).toBeUndefined();
        expect(tokens.status).toBe('signedOut');
      }, 40_000);

      it('that hangs gives a typed error in time, and everything goes on when it does', async () => {
        await signedIn();
        const tokens = here();
        server.signal('SIGSTOP');
        await expect(tokens.getToken()).rejects.toMatchObject({
          code: 'ERR_REFRESH_UNAVAILABLE',
          action: 'retry',
        });
        server.signal('SIGCONT');
        expect(await isLive(await refreshedInTheEnd(tokens))).toBe(true);
        expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
      }, 40_000);

      it('during a sign-out does not keep it from being one here, and the others hear of it when it is back', async () => {
        await signedIn(undefined, Date.now() + HOUR);
        const [tokens, other] = [here(), here()];
        await Promise.all([tokens.getToken(), other.getToken()]);
        await command(connect(), 'SAVE');
        await server.kill();
        const events: TokenEvent[] = [];
        tokens.subscribe((event) => events.push(event));
        const leaving = tokens.signOut();
        expect(await tokens.getToken()).toBeUndefined();
        await expect(leaving).rejects.toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
        expect(events).toContainEqual(
          expect.objectContaining({ type: 'warning', code: 'NOT_DURABLE' }),
        );
        await server.restart();
        const ended = new Promise<void>((resolve) =>
          other.subscribe(({ type }) => void (type === 'signedOut' && resolve())),
        );
        await ended;
        expect(await stored()).toMatchObject({ status: 'signedOut' });
      }, 40_000);
    });
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
