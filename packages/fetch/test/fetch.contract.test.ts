import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { adapterContract } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';
import { fetchClient, kyClient, requestClient } from './contract/clients.ts';
import { nodeStream, webStream } from './contract/node-clients.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

async function* iterate(): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('once only');
}
const stream = { 'a ReadableStream': () => ({ body: new Blob(['once only']).stream() }) };
const bodyFactories = {
  'a ReadableStream': () => new Blob(['made anew']).stream(),
  'a ReadableStream, later': async () => new Blob(['made anew']).stream(),
};
const large = {
  'a ReadableStream of two megabytes': () => ({
    body: new Blob(['once only', 'x'.repeat(2 ** 21)]).stream(),
  }),
};

const kyFacts = {
  oneShotBodies: stream,
  // Cancels the body of whatever it gives up by itself, so that here the rules "lets go of" hold without us.
  breakableBodies: { 'a web stream': webStream },
  // ky 2 puts an error of its own around fetch's. ky 1 cancels the body at the end, and rejects with what that gives.
  isBodyError: (error: unknown, cause: unknown) =>
    [error, (error as Error).cause, ((error as Error).cause as Error | undefined)?.cause].includes(
      cause,
    ),
};

for (const client of [
  fetchClient({
    oneShotBodies: { ...stream, 'an async iterable': () => ({ body: iterate() }) },
    bodyFactories,
    breakableBodies: { 'a web stream': webStream, 'a Node stream': nodeStream },
  }),
  requestClient({ oneShotBodies: large, breakableBodies: { 'a web stream': webStream } }),
  ...(['ky', 'ky-1.14'] as const).flatMap((alias) => [
    kyClient(alias, {}, kyFacts),
    kyClient(alias, { retry: 0, timeout: false }, { as: ', retry: 0, timeout: false', ...kyFacts }),
    kyClient(alias, { throwHttpErrors: false }, { as: ', throwHttpErrors: false', ...kyFacts }),
  ]),
]) {
  adapterContract({ describe, it }, () => api, client);
}
