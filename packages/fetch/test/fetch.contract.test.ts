import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { createAuthFetch } from '@unexpired/fetch';
import { type AdapterUnderTest, adapterContract } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const stream = (): ReadableStream =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(encode('once only'));
      controller.close();
    },
  });
async function* iterate(): AsyncGenerator<Uint8Array> {
  yield encode('once only');
}

const oneShotBodies: AdapterUnderTest['oneShotBodies'] = {
  'a ReadableStream': () => ({ body: stream() }),
  'an async iterable': () => ({ body: iterate() }),
};

adapterContract({ describe, it }, () => api, {
  name: 'fetch(url, init)',
  oneShotBodies,
  create(tokens, options) {
    const authFetch = createAuthFetch(tokens, options);
    return async ({ url, ...init }) => {
      const response = await authFetch(url, { ...init, body: init.body as BodyInit, duplex: 'half' } as RequestInit);
      return { status: response.status, text: await response.text(), explained: response };
    };
  },
});

adapterContract({ describe, it }, () => api, {
  name: 'fetch(new Request(url, init))',
  keepsSignal: false,
  // What a Request was made of cannot be seen. Up to 1 MiB it is kept, so that a short stream is replayed as well.
  oneShotBodies: {
    'a ReadableStream of two megabytes': () => ({
      body: new Blob(['once only', 'x'.repeat(2 ** 21)]).stream(),
    }),
  },
  replayLimit: 2 ** 20,
  create(tokens, options) {
    const authFetch = createAuthFetch(tokens, options);
    return async ({ url, tokens: own, ...init }) => {
      const request = new Request(url, { ...init, body: init.body as BodyInit, duplex: 'half' } as RequestInit);
      const response = await authFetch(request, own === undefined ? undefined : { tokens: own });
      return { status: response.status, text: await response.text(), explained: response };
    };
  },
});
