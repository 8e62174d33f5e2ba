import { axiosClient, newest, oldest } from './clients.ts';

/** What runs in a page. XMLHttpRequest takes no streams, and over HTTP/1.1 neither does a browser's fetch. */
const facts = {
  oneShotBodies: {},
  bodyFactories: { 'a Blob': () => new Blob(['made anew'], { type: 'text/plain' }) },
};

export const inBrowser = [
  axiosClient({ from: newest, adapter: 'xhr', refusesRedirects: false, ...facts }),
  axiosClient({ from: oldest, adapter: 'xhr', refusesRedirects: false, ...facts }),
  axiosClient({ from: newest, adapter: 'fetch', ...facts }),
];
