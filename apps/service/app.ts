import type { App } from '../src/app.ts';
import { verdict } from '../src/verdict.ts';

export const service: App = {
  id: 'service',
  title: 'a service with client credentials',
  pages: ['docs/start/servers.md'],
  has: [],
  async play(stage) {
    const server = await stage.serve({});
    const statuses = JSON.parse(await stage.run(['main.ts'], { CLIENT_SECRET: 'secret' }));
    const seen = verdict({ requests: 21, refreshes: 0, due: true }, statuses, server.seen);
    if (server.seen.opened !== 2) throw new Error(`${server.seen.opened} tokens instead of 2`);
    return `${seen}, 2 tokens; an hour later all wait for one new token`;
  },
};
