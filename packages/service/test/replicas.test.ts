import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from 'unexpired/adapter';
import type { Service } from '../src/index.ts';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

/** Ms for which oidc-provider gives an access token. */
const LIFETIME = 3_600_000;

onDatabases((start) => {
  let broker: Broker;
  let replicas: readonly Service[];
  /** Ms that have passed for the replicas and not for the machine. */
  let passed = 0;
  beforeEach(async () => {
    passed = 0;
    broker = await start({
      clock: {
        ...systemClock,
        now: () => systemClock.now() + passed,
        monotonic: () => systemClock.monotonic() + passed,
      },
    });
    replicas = [broker.service, broker.replica()];
  });
  afterEach(() => broker.stop());

  const read = async (index: number): Promise<{ status: number; token: string }> => {
    const service = replicas[index % replicas.length] as Service;
    const answer = await service.fetch(
      new Request('http://broker.test/v1/sessions/acme:42/token', {
        headers: { authorization: `Bearer ${broker.key}` },
      }),
    );
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return { status: answer.status, token };
  };

  describe('two replicas on one database', () => {
    it('redeem the refresh token of a session once an expiry, and give everybody the new token, before a server that ends a session at the second time', async () => {
      await broker.deposit('acme:42');
      const seen = new Set([(await read(0)).token]);
      for (let expiry = 1; expiry <= 5; expiry++) {
        passed += LIFETIME;
        const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => read(index)));
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
        const tokens = new Set(answers.map(({ token }) => token));
        expect(tokens.size).toBe(1);
        for (const token of tokens) {
          expect(await broker.provider.isLiveAccess(token)).toBe(true);
          seen.add(token);
        }
        expect(broker.provider).toMatchObject({ redemptions: expiry, refusals: 0, revocations: 0 });
      }
      expect(seen.size).toBe(6);
    });
  });
});
