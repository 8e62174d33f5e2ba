import { expect, it } from '@jest/globals';
import { redisStore } from '../src/index.ts';

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

it.each<[string, unknown]>([
  ['nothing', undefined],
  ['a text', 'broken'],
  ['a message that cannot become text', { message: Object.create(null) }],
  ['a name that cannot become text', { message: 'broken', name: Object.create(null) }],
  [
    'a message that cannot be read',
    {
      get message() {
        throw new Error('unreadable');
      },
    },
  ],
  ['what can be asked nothing at all', revoked()],
])(
  'a wrapper may throw %s: the call rejects all the same, with a typed error',
  async (_what, thrown) => {
    const client = { sendCommand: (): Promise<unknown> => Promise.reject(thrown) };
    let outcome: unknown = 'open';
    void redisStore(client, { key: 'a' })
      .read()
      .catch((error: unknown) => (outcome = error));
    await new Promise((resolve) => setImmediate(resolve)); // nothing here waits for more than promises
    expect(outcome).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
  },
);
