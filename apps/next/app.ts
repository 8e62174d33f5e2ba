import type { App } from '../src/app.ts';
import { askTenants } from '../src/tenants.ts';

const HOST = '127.0.0.1';

export const next: App = {
  id: 'next',
  title: 'Next.js route handlers',
  pages: ['docs/frameworks.md', 'docs/start/own-store.md'],
  has: [
    'next@16.4.6',
    'react@19.3.1',
    'react-dom@19.3.1',
    'typescript@5.9.3',
    '@types/node@24.19.2',
    '@types/react@19.3.3',
  ],
  // Its compiler does not follow a link that leads out of the app.
  npm: true,
  async play(stage) {
    const server = await stage.serve({ firstServes: 4 });
    const command = 'node_modules/next/dist/bin/next';
    const env = { NEXT_TELEMETRY_DISABLED: '1' };
    await stage.run([command, 'build'], env);
    const start = async (): Promise<string> => {
      const line = await stage.start([command, 'start', '-p', '0', '-H', HOST], /http:\S+/, env);
      return line;
    };
    const origins = await Promise.all([start(), start()]);
    const seen = await askTenants(server, origins, {
      connect: (origin, tenant) =>
        fetch(`${origin}/api/login`, { method: 'POST', body: JSON.stringify({ tenant }) }),
      ask: (origin, tenant) =>
        fetch(`${origin}/api/invoices`, { headers: { cookie: `sid=${tenant}` } }),
    });
    return `built and started by the real Next.js: ${seen}`;
  },
};
