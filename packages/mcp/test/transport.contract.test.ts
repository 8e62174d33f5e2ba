import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { adapterContract } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';
import { createTransport } from '../src/transport.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

adapterContract({ describe, it }, () => api, {
  name: 'the transport of an MCP session',
  oneShotBodies: { 'a ReadableStream': () => ({ body: new Blob(['once only']).stream() }) },
  bodyFactories: { 'a ReadableStream': () => new Blob(['made anew']).stream() },
  create(tokens, options) {
    const transport = createTransport(tokens, options, () => undefined);
    return async ({ url, ...init }) => {
      const response = await transport(url, {
        ...init,
        body: init.body as BodyInit,
        duplex: 'half',
      } as RequestInit);
      return { status: response.status, text: await response.text(), explained: response };
    };
  },
});
