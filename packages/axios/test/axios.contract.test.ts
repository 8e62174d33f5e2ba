import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { attachAuth } from '@unexpired/axios';
import { type AdapterUnderTest, adapterContract } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';
import axios, { type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import FormDataPackage from 'form-data';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

type Static = Pick<typeof axios, 'create' | 'isCancel' | 'isAxiosError'>;

const formPackage = (): { body: object; headers: Record<string, string> } => {
  const form = new FormDataPackage();
  form.append('note', 'once only');
  return { body: form, headers: form.getHeaders() };
};
const webStream = (): { body: object } => ({ body: new Blob(['once only']).stream() });

const clients: {
  name: string;
  from: Static;
  adapter: 'http' | 'fetch';
  validateStatus?: null;
  hidesRedirects?: boolean;
  oneShotBodies: AdapterUnderTest['oneShotBodies'];
}[] = [
  {
    name: 'axios 1.21, http',
    from: axios,
    adapter: 'http',
    oneShotBodies: { 'a stream': () => ({ body: Readable.from(['once only']) }), 'the form-data package': formPackage },
  },
  { name: 'axios 1.21, fetch', from: axios, adapter: 'fetch', oneShotBodies: { 'a ReadableStream': webStream } },
  {
    name: 'axios 1.21, http, a 401 that resolves',
    from: axios,
    adapter: 'http',
    validateStatus: null,
    oneShotBodies: {},
  },
  {
    name: 'axios 1.7, http',
    from: axios17 as unknown as Static,
    adapter: 'http',
    oneShotBodies: { 'a stream': () => ({ body: Readable.from(['once only']) }), 'the form-data package': formPackage },
  },
  // Before 1.12 it cannot be told another fetch, which would know where the answer came from.
  {
    name: 'axios 1.7, fetch',
    from: axios17 as unknown as Static,
    adapter: 'fetch',
    hidesRedirects: true,
    oneShotBodies: { 'a ReadableStream': webStream },
  },
];

for (const { name, from, adapter, validateStatus, hidesRedirects, oneShotBodies } of clients) {
  adapterContract({ describe, it }, () => api, {
    name,
    oneShotBodies,
    hidesRedirects,
    isAbort: (error) => from.isCancel(error),
    create(tokens, options) {
      const instance = from.create({
        adapter,
        responseType: 'text',
        transformResponse: [],
        ...(validateStatus === null && { validateStatus }),
      });
      attachAuth(instance, tokens, options);
      return async ({ body, ...config }) => {
        try {
          const response = await instance.request<string>({ ...config, data: body } as AxiosRequestConfig);
          return { status: response.status, text: response.data, explained: response };
        } catch (error) {
          const { response } = error as { response?: { status: number; data: string } };
          if (!response || !from.isAxiosError(error)) throw error;
          return { status: response.status, text: response.data, explained: error };
        }
      };
    },
  });
}
