import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { startContractApi } from '@unexpired/testing/node';
import axiosRetry from 'axios-retry';
import { TokenError } from 'unexpired';
import { caught, source, VERSIONS } from './support/attached.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());
beforeEach(() => api.reset('good'));

describe.each(VERSIONS)('axios %s', (_version, client) => {
  it.each(['not sent', 'refused'])(
    'an error of ours has config and request where axios’s have them, out of sight: %s',
    async (when) => {
      const down = (): Promise<never> =>
        Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'down' }));
      const tokens = {
        ...source(),
        ...(when === 'refused' ? { replaceRejected: down } : { getToken: down }),
      };
      const instance = client.create({ baseURL: api.origin });
      attachAuth(instance, tokens);
      const error = await caught(
        instance.put('/echo?secret=1', 'x', { headers: { 'x-mine': '1' } }),
      );
      expect(error.message).toBe(`down (PUT ${api.origin})`);
      expect(error.config).toMatchObject({ url: '/echo?secret=1', method: 'put', data: 'x' });
      expect(error.request !== undefined).toBe(when === 'refused');
      expect(error.response).toBeUndefined();
      expect(`${JSON.stringify(error)} ${inspect(error, { depth: 9 })}`).not.toMatch(/old|secret/);
    },
  );

  it.each(['before', 'after'])(
    'such an error is not retried by axios-retry, attached %s',
    async (order) => {
      let asked = 0;
      const tokens = {
        ...source(),
        getToken: () => (asked++, Promise.reject(new TokenError('ERR_REFRESH_UNAVAILABLE'))),
      };
      const instance = client.create({ baseURL: api.origin });
      if (order === 'before') axiosRetry(instance, { retries: 3 });
      attachAuth(instance, tokens);
      if (order === 'after') axiosRetry(instance, { retries: 3 });
      await caught(instance.get('/echo'));
      expect(asked).toBe(1);
    },
  );
});
