import type { App } from '../src/app.ts';
import { openPage } from '../src/browser.ts';
import { verdict } from '../src/verdict.ts';

export const tanstackQuery: App = {
  id: 'tanstack-query',
  title: 'React with TanStack Query',
  pages: ['docs/frameworks.md'],
  has: ['@tanstack/react-query', 'react', 'react-dom'],
  quick: true,
  needs: ['chromium'],
  async play(stage) {
    const server = await stage.serve({ firstServes: 8 });
    const page = await openPage(stage, server, 'main.tsx');
    const statuses = await page.reported();
    const [queries] = await page.reported();
    if (queries !== 0) throw new Error(`${String(queries)} queries are left after the sign-out`);
    const seen = verdict({ requests: 20, refreshes: 1 }, statuses, server.seen);
    return `in Chromium, 20 queries: ${seen}; a sign-out empties the cache`;
  },
};
