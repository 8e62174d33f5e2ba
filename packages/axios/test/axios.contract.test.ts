import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { adapterContract, type BreakableBody } from '@unexpired/testing';
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
const breakableNodeStreams: Record<string, () => BreakableBody> = {
  'a stream'() {
    const body = new PassThrough();
    body.write('x');
    const closed = new Promise((resolve) => body.once('close', resolve));
    return {
      body,
      fail: (error) => body.destroy(error),
      destroy: () => body.destroy(),
      closed,
    };
  },
  'the form-data package'() {
    const part = new PassThrough();
    part.write('x');
    const body = new FormDataPackage();
    body.append('part', part, { filename: 'part.bin' });
    const closed = new Promise((resolve) => part.once('close', resolve));
    return {
      body,
      headers: body.getHeaders(),
      fail: (error) => part.destroy(error),
      destroy: () => part.destroy(),
      closed,
    };
  },
};
const breakableWebStreams: Record<string, () => BreakableBody> = {
  'a ReadableStream'() {
    let cancelled: (reason: unknown) => void = () => undefined;
    const closed = new Promise((resolve) => (cancelled = resolve));
    let controller!: ReadableStreamDefaultController<unknown>;
    const body = new ReadableStream({
      start: (given) => void (controller = given),
      cancel: (reason) => cancelled(reason),
    });
    return {
      body,
      fail: (error) => controller.error(error),
      closed,
    };
  },
};
const bodyFactories = {
  'a stream': () => Readable.from(['made anew']),
  'a stream, later': async () => Readable.from(['made anew']),
};
const webFactories = { 'a ReadableStream': () => new Blob(['made anew']).stream() };
const webStreams = { 'a ReadableStream': () => ({ body: new Blob(['once only']).stream() }) };

for (const client of [
  axiosClient({
    from: newest,
    adapter: 'http',
    oneShotBodies: nodeStreams,
    bodyFactories,
    breakableBodies: breakableNodeStreams,
  }),
  axiosClient({
    from: newest,
    adapter: 'fetch',
    oneShotBodies: webStreams,
    bodyFactories: webFactories,
    breakableBodies: breakableWebStreams,
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
    breakableBodies: breakableNodeStreams,
  }),
  axiosClient({
    from: oldest,
    adapter: 'http',
    oneShotBodies: nodeStreams,
    bodyFactories,
    breakableBodies: breakableNodeStreams,
  }),
  // Before 1.12 it cannot be told another fetch, which would know where the answer came from.
  axiosClient({
    from: oldest,
    adapter: 'fetch',
    hidesRedirects: true,
    oneShotBodies: webStreams,
    bodyFactories: webFactories,
    breakableBodies: breakableWebStreams,
  }),
]) {
  adapterContract({ describe, it }, () => api, client);
}
