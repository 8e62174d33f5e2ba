import type { App } from '../src/app.ts';
import { askExpress } from '../src/tenants.ts';

export const tenantsOnTable: App = {
  id: 'tenants-table',
  title: 'Express with many tenants on an own table',
  pages: ['docs/start/servers.md', 'docs/start/own-store.md'],
  has: ['express'],
  async play(stage) {
    const server = await stage.serve({ firstServes: 4 });
    const seen = await askExpress(stage, server, { CLIENT_SECRET: 'secret' });
    return `${seen}; the table is SQLite, in the shape of Prisma's client`;
  },
};
