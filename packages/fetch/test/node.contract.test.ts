import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { adapterContract } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';
import { nodeClients } from './contract/node-clients.ts';

let api: Awaited<ReturnType<typeof startContractApi>>;
beforeAll(async () => {
  api = await startContractApi();
});
afterAll(() => api.close());

for (const client of nodeClients) adapterContract({ describe, it }, () => api, client);
