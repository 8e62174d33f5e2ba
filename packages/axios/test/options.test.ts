import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import type { RequestEvent, TokenSource } from 'unexpired';
import { VERSIONS } from './support/attached.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

/** A source whose token the API refuses, and that has a good one in its place. */
const source = (): TokenSource & { readonly events: RequestEvent[] } => {
  let accessToken = 'old';
  const events: RequestEvent[] = [];
  return {
    events,
    getToken: async () => ({ accessToken }),
    replaceRejected: async () => ({ accessToken: (accessToken = 'good') }),
    report: (event) => void events.push(event),
  };
};

const authorizations = (): unknown[] => api.requests.map(({ authorization }) => authorization);

describe.each(VERSIONS)('axios %s', (_version, client) => {
  describe('the default of origins', () => {
    it('is the base URL, also when that is changed later', async () => {
      const instance = client.create({ baseURL: `${api.origin}/` });
      attachAuth(instance, source());
      await instance.get('/echo');
      await instance.get(`${api.foreignOrigin}/public`);
      instance.defaults.baseURL = api.foreignOrigin;
      await instance.get('/echo');
      await instance.get(`${api.origin}/public`);
      expect(authorizations()).toEqual([
        ...['Bearer old', 'Bearer good', undefined],
        ...['Bearer good', undefined],
      ]);
    });

    it('is said to be missing without a base URL', () => {
      expect(() => attachAuth(client.create(), 'one')).toThrow(/^origins: expected a list/);
    });
  });

  it('the source hears of a replay, and of what was not sent again', async () => {
    const tokens = source();
    const instance = client.create({ baseURL: api.origin, validateStatus: () => true });
    attachAuth(instance, tokens);
    const about = { method: 'POST', origin: api.origin };
    await instance.post('/echo?secret=1', {});
    api.accept('good-2');
    const refused = source();
    await instance.post('/echo', Readable.from(['x']), { tokens: refused });
    expect([...tokens.events, ...refused.events]).toEqual([
      { type: 'replayed', ...about, status: 200, outcome: 'accepted' },
      { type: 'notReplayed', ...about },
    ]);
  });

  it.each(['fetch', 'a function'])('neither signs nor judges no-cors: %s', async (kind) => {
    const tokens = source();
    const sent: unknown[] = [];
    const instance = client.create({
      baseURL: api.origin,
      adapter:
        kind === 'fetch'
          ? 'fetch'
          : async (config) => {
              sent.push(config.headers.toJSON());
              return { status: 401, data: '', headers: {}, config, statusText: '' };
            },
      validateStatus: () => true,
    });
    attachAuth(instance, tokens);
    const { status } = await instance.get('/echo', { fetchOptions: { mode: 'no-cors' } });
    // fetch itself hides the status of such an answer in a browser; Node does not.
    expect([status, (await tokens.getToken())?.accessToken]).toEqual([401, 'old']);
    expect(JSON.stringify(sent)).not.toContain('old');
    expect(authorizations()).toEqual(kind === 'fetch' ? [undefined] : []);
  });
});
