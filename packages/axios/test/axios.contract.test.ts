import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { adapterContract } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';
import FormDataPackage from 'form-data';
import { axiosClient, newest, oldest } from './contract/clients.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

const nodeStreams = {
  'a stream': () => ({ body: Readable.from(['once only']) }),
  'the form-data package': () => {
    const body = new FormDataPackage();
    body.append('note', 'once only');
    return { body, headers: body.getHeaders() };
  },
};
const bodyFactories = {
  'a stream': () => Readable.from(['made anew']),
  'a stream, later': async () => Readable.from(['made anew']),
};
const webFactories = { 'a ReadableStream': () => new Blob(['made anew']).stream() };
const webStreams = { 'a ReadableStream': () => ({ body: new Blob(['once only']).stream() }) };

for (const client of [
  axiosClient({ from: newest, adapter: 'http', oneShotBodies: nodeStreams, bodyFactories }),
  axiosClient({
    from: newest,
    adapter: 'fetch',
    oneShotBodies: webStreams,
    bodyFactories: webFactories,
  }),
  axiosClient({
    from: newest,
    adapter: 'http',
    as: ', a 401 that resolves',
    config: { validateStatus: null },
    oneShotBodies: {},
  }),
  axiosClient({
    from: newest,
    adapter: 'http',
    as: ' as a function',
    config: { adapter: newest.getAdapter('http') },
    oneShotBodies: nodeStreams,
  }),
  axiosClient({ from: oldest, adapter: 'http', oneShotBodies: nodeStreams, bodyFactories }),
  // Before 1.12 it cannot be told another fetch, which would know where the answer came from.
  axiosClient({
    from: oldest,
    adapter: 'fetch',
    hidesRedirects: true,
    oneShotBodies: webStreams,
    bodyFactories: webFactories,
  }),
]) {
  adapterContract({ describe, it }, () => api, client);
}
