import { afterEach, describe, expect, it } from '@jest/globals';
import { manualClock } from '@unexpired/testing';
import fc from 'fast-check';
import { systemClock } from 'unexpired/adapter';
import { createBuckets } from '../src/limits/buckets.ts';
import { floorOf } from '../src/limits/limits.ts';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

describe('buckets', () => {
  it('let nobody do more than a burst and the rate after that, whoever else does what', async () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 3000 }),
      key: fc.constantFrom('a', 'b'),
      count: fc.integer({ min: 1, max: 30 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const clock = manualClock();
        const buckets = createBuckets({ perSecond: 4, burst: 10 }, clock);
        const sums = new Map<string, number>();
        for (const { wait, key, count } of steps) {
          await clock.advance(wait);
          const left = buckets.take(key, count);
          if (left > 0) continue;
          const sum = (sums.get(key) ?? 0) + Math.min(10, count);
          sums.set(key, sum);
          expect(sum).toBeLessThanOrEqual(10 + (4 * clock.monotonic()) / 1000 + 1e-6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('say when it is allowed, and then it is', async () => {
    const clock = manualClock();
    const buckets = createBuckets({ perSecond: 4, burst: 10 }, clock);
    expect(buckets.take('a', 10)).toBe(0);
    const wait = buckets.take('a', 3);
    expect(wait).toBe(750);
    await clock.advance(wait);
    expect(buckets.take('a', 3)).toBe(0);
    expect(buckets.take('b')).toBe(0);
  });
});

describe('the floor between two rejections that rotate', () => {
  it('is 10 s from a refresh, none after a sign-in, and never longer, wherever a clock stands', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer(),
        fc.integer(),
        (generation, issuedAt, now) => {
          const wait = floorOf({ generation, issuedAt }, now);
          expect(wait).toBeLessThanOrEqual(10_000);
          expect(wait > 0).toBe(generation > 0 && now < issuedAt + 10_000);
        },
      ),
    );
  });
});

onDatabases((start) => {
  let broker: Broker;
  afterEach(() => broker.stop());
  const TOKEN = '/v1/sessions/acme:42/token';

  describe('rejections', () => {
    it('rotate a session once in 10 s, however many come at whatever replica', async () => {
      let passed = 0;
      broker = await start({
        clock: {
          ...systemClock,
          now: () => systemClock.now() + passed,
          monotonic: () => systemClock.monotonic() + passed,
        },
      });
      await broker.deposit('acme:42');
      const replicas = [broker.service, broker.replica()];
      const storm = async (): Promise<ReadonlySet<number>> => {
        const answers = await Promise.all(
          Array.from({ length: 30 }, async (_, index) => {
            const service = replicas[index % 2];
            const read = await broker.call('GET', TOKEN, { service });
            const { session, generation } = (await read.json()) as Record<string, unknown>;
            const rejected = { session, generation };
            return broker.call('POST', TOKEN, { body: { rejected }, service });
          }),
        );
        return new Set(answers.map(({ status }) => status));
      };
      await storm();
      for (let again = 0; again < 3; again++) await storm();
      expect(broker.provider.redemptions).toBe(1);
      const refused = await broker.call('GET', TOKEN);
      const { session, generation } = (await refused.json()) as Record<string, unknown>;
      const answer = await broker.call('POST', TOKEN, {
        body: { rejected: { session, generation } },
      });
      expect([answer.status, Number(answer.headers.get('retry-after'))]).toEqual([
        503,
        expect.any(Number),
      ]);
      expect(await answer.json()).toMatchObject({ code: 'ERR_REFRESH_LIMIT', action: 'retry' });
      passed = 10_000;
      expect(await storm()).toContain(200);
      expect(broker.provider).toMatchObject({ redemptions: 2, refusals: 0 });
    });
  });

  describe('the limits of callers', () => {
    /** Time stands still but for what is told. */
    const still = { ...systemClock, monotonic: () => 0 };

    it('are those of each principal: requests, and reads in a batch', async () => {
      broker = await start({ clock: still, requestsPerSecond: 50 });
      const keys = Array.from({ length: 98 }, (_, index) => `acme:${index}`);
      expect((await broker.call('POST', '/v1/tokens', { body: { keys } })).status).toBe(200);
      expect((await broker.call('GET', '/v1/sessions/acme:1')).status).toBe(404);
      expect((await broker.call('GET', '/v1/sessions/acme:1')).status).toBe(404);
      const answer = await broker.call('GET', '/v1/sessions/acme:1');
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1']);
      expect(await answer.json()).toMatchObject({ code: 'limit', action: 'retry', retry_after: 1 });
      expect((await broker.call('GET', '/v1/sessions/acme:1', { key: broker.reader })).status).toBe(
        404,
      );
    });

    it('stop one address after twenty times the wrong credentials, and no other', async () => {
      broker = await start({ clock: still });
      const from = async (address: string | undefined, key: string): Promise<number> => {
        const request = new Request('http://broker.test/v1/sessions/acme:1', {
          headers: { authorization: `Bearer ${key}` },
        });
        return (await broker.service.fetch(request, { address })).status;
      };
      for (let count = 0; count < 20; count++)
        expect(await from('10.0.0.1', 'unx_wrong')).toBe(401);
      expect(await from('10.0.0.1', 'unx_wrong')).toBe(429);
      expect(await from('10.0.0.2', 'unx_wrong')).toBe(401);
      expect(await from('10.0.0.2', broker.key)).toBe(404);
      for (let count = 0; count < 30; count++) expect(await from(undefined, 'unx_wrong')).toBe(401);
    });
  });
});
