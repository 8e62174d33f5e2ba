import { describe, expect, it } from '@jest/globals';
import type { TokenEvent } from 'unexpired';
import { systemClock } from 'unexpired/adapter';
import { type Answers, COSTS, type Order, type Step } from '../../node/test/support/orders.ts';
import { command } from './support/clients.ts';
import { withRedis } from './support/with-redis.ts';
import { KEY, workersOn } from './support/workers.ts';

const ask: Order = { kind: 'ask', advance: 0, requests: 1 };

// What a flight does is the same on either client.
withRedis('workers on one Redis', (redis) => {
  const { connect, here, isLive, signedIn, stored, worker } = workersOn('ioredis', redis);

  describe('one that is killed in the middle of a refresh', () => {
    const kill = async (step: Step): Promise<void> => {
      const victim = await worker({ catch: { step, how: 'SIGKILL' } });
      victim.tell(ask);
      expect((await victim.ended).signal).toBe('SIGKILL');
    };

    it.each(COSTS.nothing)(
      'costs nothing at %s, once its lease has run out and its intent has had its time',
      async (step) => {
        const provider = await signedIn();
        await kill(step);
        expect(await isLive(await here().getToken())).toBe(true);
        expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
        expect(await stored()).toMatchObject({ gen: 2 });
      },
    );

    it.each(COSTS['the answer'])(
      'ends the session at %s where the server revokes it, with an error that says why',
      async (step) => {
        const provider = await signedIn();
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

  describe('one that is stopped past its lease in the middle of a refresh, and goes on', () => {
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
      const provider = await signedIn();
      const resume = await stopAt('F4 before the intent');
      const token = await here().getToken();
      expect(await resume()).toEqual({ tokens: [token?.accessToken], errors: [] });
      expect(provider).toMatchObject({ redemptions: 1, refusals: 0, revocations: 0 });
      expect(await stored()).toMatchObject({ gen: 2 });
    });

    it('stores its late answer, which the others take over, as long as they wait for its intent', async () => {
      const provider = await signedIn();
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
  });
});
