import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

onDatabases((start) => {
  let broker: Broker;
  let release: () => void;
  let dispatched: Promise<void>;
  beforeEach(async () => {
    let sent = (): void => undefined;
    dispatched = new Promise((resolve) => (sent = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    broker = await start({
      provider: {
        async fetch(url, init) {
          sent();
          await released;
          return fetch(url, init);
        },
      },
    });
  });
  afterEach(() => broker.stop());
  const statusOf = async (method: string, to: string, body?: unknown): Promise<number> =>
    (await broker.call(method, to, { body })).status;

  describe('a service that is about to end', () => {
    it('is not ready, begins nothing, and goes on being read until those who wait have their token and it has been stored', async () => {
      await broker.deposit('acme:fresh');
      await broker.deposit('acme:due', { expiresIn: 0.001 });
      await broker.deposit('acme:other', { expiresIn: 0.001 });
      const waiting = broker.call('GET', '/v1/sessions/acme:due/token');
      await dispatched;
      let isClosed = false;
      const closing = broker.service.close().then(() => (isClosed = true));

      const ready = await broker.service.fetch(new Request('http://broker.test/readyz'));
      expect(ready.status).toBe(503);
      expect(await statusOf('GET', '/v1/sessions/acme:fresh/token')).toBe(200);
      expect(await statusOf('GET', '/v1/sessions/acme:fresh')).toBe(200);
      expect(await statusOf('POST', '/v1/tokens', { keys: ['acme:fresh'] })).toBe(200);
      expect(await statusOf('GET', '/v1/sessions/acme:other/token')).toBe(503);
      expect((await broker.deposit('acme:new')).status).toBe(503);
      expect(await statusOf('DELETE', '/v1/sessions/acme:fresh')).toBe(503);
      expect(isClosed).toBe(false);

      release();
      const answered = await waiting;
      expect([answered.status, await answered.json()]).toEqual([
        200,
        expect.objectContaining({ generation: 1 }),
      ]);
      await closing;
      expect(await statusOf('GET', '/v1/sessions/acme:fresh/token')).toBe(503);
      const next = broker.replica();
      const answer = await broker.call('GET', '/v1/sessions/acme:due/token', { service: next });
      expect(await answer.json()).toMatchObject({ generation: 1 });
      expect(broker.provider).toMatchObject({ redemptions: 1, refusals: 0 });
    });
  });
});
