import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { kyAuth } from '@unexpired/fetch/ky';
import { adapterContract } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';
import ky, { type KyInstance, type Options } from 'ky';
import ky114 from 'ky-1.14';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

const once = (): ReadableStream => new Blob(['once only']).stream();

for (const [version, client] of Object.entries({ '2.1': ky, '1.14': ky114 as unknown as KyInstance })) {
  for (const [how, settings] of Object.entries<Options>({
    defaults: {},
    'retry: 0, timeout: false': { retry: 0, timeout: false },
    'throwHttpErrors: false': { throwHttpErrors: false },
  })) {
    adapterContract({ describe, it }, () => api, {
      name: `ky ${version}, ${how}`,
      keepsSignal: false,
      oneShotBodies: { 'a ReadableStream': () => ({ body: once() }) },
      create(tokens, options) {
        const extended = client.create(settings).extend(kyAuth(tokens, options));
        return async ({ url, ...request }) => {
          try {
            const response = await extended(url, request as Options);
            return { status: response.status, text: await response.text(), explained: response };
          } catch (error) {
            const { response, data } = error as { response?: Response; data?: unknown };
            if (!response) throw error;
            // ky 2 has read the body into `data`.
            return { status: response.status, text: response.bodyUsed ? JSON.stringify(data) : await response.text(), explained: error };
          }
        };
      },
    });
  }
}
