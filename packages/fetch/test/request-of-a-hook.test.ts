import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { kyAuth } from '@unexpired/fetch/ky';
import { startContractApi } from '@unexpired/testing/node';
import ky, { type KyInstance, type Options } from 'ky';
import ky114 from 'ky-1.14';
import type { TokenSource } from 'unexpired';

// A hook may put a request of its own in the place of ky's, with another body than the one in ky's options: an encrypted or
// signed one, or the next page. What is replayed is what was sent.
let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

const tokens: TokenSource = {
  getToken: async () => ({ accessToken: 'old' }),
  replaceRejected: async () => ({ accessToken: 'good' }),
};
const auth = () => kyAuth(tokens, { origins: [api.origin] });
const theirs = (): Request => new Request(`${api.origin}/echo`, { method: 'POST', body: 'theirs' });
const sent = (): unknown[] => api.requests.map(({ authorization, body }) => [authorization, body]);
const TWICE = [
  ['Bearer old', 'theirs'],
  ['Bearer good', 'theirs'],
];

type Hooks = NonNullable<Options['hooks']>;
const orders: [string, (client: KyInstance, options: Options) => KyInstance][] = [
  ['before', (client, options) => client.extend(options).extend(auth())],
  ['after', (client, options) => client.extend(auth()).extend(options)],
];
/** A fetch that does not get through the first `failures` times. */
const failing = (failures: number): typeof globalThis.fetch => {
  let left = failures;
  return async (input, init) =>
    left-- > 0 ? new Response('', { status: 503 }) : globalThis.fetch(input, init);
};
const retry: Options['retry'] & {} = { limit: 3, methods: ['post'], delay: () => 0 };

describe.each<[string, KyInstance]>([
  ['2.1', ky],
  ['1.14', ky114 as unknown as KyInstance],
])('ky %s replays', (_version, client) => {
  describe.each(orders)('what a hook that was added %s ours', (_order, instanceOf) => {
    const post = (hooks: Hooks, failures = 0): Promise<unknown> =>
      instanceOf(client.create({ fetch: failing(failures) }), { hooks, retry })
        .post(`${api.origin}/echo`, { body: 'ours' })
        .text();

    it('has put in the place of a request', async () => {
      await post({ beforeRequest: [() => theirs()] });
      expect(sent()).toEqual(TWICE);
    });

    it('has put in its place, when ky tries it again', async () => {
      await post({ beforeRequest: [() => theirs()] }, 2);
      expect(sent()).toEqual(TWICE);
    });

    it('has put in the place of a retry', async () => {
      await post({ beforeRetry: [() => theirs()] }, 1);
      expect(sent()).toEqual(TWICE);
    });

    it('has put in the place of a retry, when ky tries it again', async () => {
      let retries = 0;
      await post({ beforeRetry: [() => (retries++ ? undefined : theirs())] }, 2);
      expect(sent()).toEqual(TWICE);
    });

    it('asks to be sent after an answer', async () => {
      let answers = 0;
      const hook = () => (answers++ ? undefined : client.retry({ request: theirs(), delay: 0 }));
      await post({ afterResponse: [hook] });
      // This source goes on with the token that was refused.
      expect(sent().slice(2)).toEqual(TWICE);
    });
  });
});
