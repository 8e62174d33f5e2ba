import type { App } from '../src/app.ts';
import { verdict } from '../src/verdict.ts';

export const globalFetch: App = {
  id: 'global-fetch',
  title: 'the global fetch, wrapped and put back',
  pages: ['docs/start/fetch.md'],
  has: [],
  quick: true,
  async play(stage) {
    const server = await stage.serve({ firstServes: 8 });
    const { statuses, after } = JSON.parse(await stage.run(['main.ts']));
    if (after !== 401) throw new Error(`the fetch that was put back still signs: ${after}`);
    return `${verdict({ requests: 20, refreshes: 1 }, statuses, server.seen)}; put back, it signs nothing`;
  },
};
