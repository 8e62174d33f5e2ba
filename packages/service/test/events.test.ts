import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Broker, startBroker } from './support/broker.ts';

let broker: Broker;
beforeEach(async () => {
  broker = await startBroker();
});
afterEach(() => broker.stop());

describe('an event of the broker', () => {
  it('names the session by its key and the provider, whether it is of a deposit, a refresh or a sign-out', async () => {
    await broker.deposit('acme:42', { expiresIn: 0.001 });
    await broker.call('GET', '/v1/sessions/acme:42/token');
    await broker.call('DELETE', '/v1/sessions/acme:42');
    const named = broker.events.map((event): readonly unknown[] =>
      !('name' in event) ? [event.type] : [event.type, event.name, event.provider],
    );
    expect(named).toEqual(
      expect.arrayContaining([
        ['signedIn', 'acme:42', 'crm'],
        ['refreshEnded', 'acme:42', 'crm'],
        ['signedOut', 'acme:42', 'crm'],
      ]),
    );
    expect(new Set(named.map(([, ...of]) => String(of)))).toEqual(new Set(['acme:42,crm']));
  });
});
