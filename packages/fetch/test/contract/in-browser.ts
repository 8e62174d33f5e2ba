import { fetchClient, kyClient, requestClient } from './clients.ts';

/** What runs in a page. Over HTTP/1.1 a browser uploads no streams. */
const facts = { oneShotBodies: {} };

export const inBrowser = [
  fetchClient({ ...facts, bodyFactories: { text: () => 'made anew' } }),
  requestClient(facts),
  kyClient('ky', {}, facts),
  kyClient('ky-1.14', {}, facts),
];
