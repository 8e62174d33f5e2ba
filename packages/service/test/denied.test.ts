import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createApiKey, type ServiceDatabase } from '../src/index.ts';
import type { Broker } from './support/broker.ts';
import { onDatabases } from './support/on-databases.ts';

const owner = createApiKey({ id: 'owner', scopes: ['read:*', 'reject:*', 'write:*'] });
const neighbour = createApiKey({
  id: 'neighbour',
  scopes: ['read:acmecorp:', 'reject:acmecorp:', 'write:acmecorp:', 'list:acmecorp:'],
});
const [KNOWN, UNKNOWN] = ['acme:42', 'acme:43'] as const;
const REJECTED = { rejected: { session: 'a', generation: 0 } };

onDatabases((start) => {
  let broker: Broker;
  /** The sessions that the database was asked for. */
  let asked: string[] = [];
  const watched = (opened: ServiceDatabase): ServiceDatabase => ({
    ...opened,
    store(key) {
      const store = opened.store(key);
      return {
        ...store,
        read: () => (asked.push(key), store.read()),
        write: (...args) => (asked.push(key), store.write(...args)),
      };
    },
  });
  beforeEach(async () => {
    const keys = { encryption: new Uint8Array(32).fill(7), api: [owner.entry, neighbour.entry] };
    broker = await start({ watched, keys });
    await broker.deposit(KNOWN, { key: owner.key });
    // It is known at the replica, too: there is an answer that could be given without the database.
    await broker.call('GET', `/v1/sessions/${KNOWN}/token`, { key: owner.key });
    asked = [];
  });
  afterEach(() => broker.stop());

  describe('whoever asks for a session of a tenant whose name begins like their own', () => {
    it.each<[string, string, unknown]>([
      ['GET', '/token', undefined],
      ['POST', '/token', {}],
      ['POST', '/token', REJECTED],
      ['GET', '', undefined],
      ['PUT', '', { provider: 'crm', token_response: { access_token: 'a' } }],
      ['DELETE', '', undefined],
    ])(
      'hears the same of one that there is and of one that there is not, and no row is looked at for it: %s %s, %j',
      async (method, to, body) => {
        const heard = await Promise.all(
          [KNOWN, UNKNOWN].map(async (key) => {
            const answer = await broker.call(method, `/v1/sessions/${key}${to}`, {
              key: neighbour.key,
              body,
            });
            const headers = [...answer.headers].filter(([name]) => name !== 'date');
            const text = (await answer.text()).replace(/"request_id":"[^"]*"/, '');
            return { status: answer.status, headers, text };
          }),
        );
        expect(heard[0]).toMatchObject({ status: 403, text: expect.stringContaining('forbidden') });
        expect(heard[0]).toEqual(heard[1]);
        expect(asked).toEqual([]);
      },
    );

    it('hears the same in a batch', async () => {
      const keys = [KNOWN, UNKNOWN];
      const answer = await broker.call('POST', '/v1/tokens', {
        key: neighbour.key,
        body: { keys },
      });
      const { results } = (await answer.json()) as { results: unknown[] };
      expect(results[0]).toMatchObject({ problem: { code: 'forbidden' } });
      expect(results[1]).toEqual(results[0]);
      expect(asked).toEqual([]);
    });
  });
});
