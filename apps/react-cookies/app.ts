import type { App } from '../src/app.ts';
import { openPage } from '../src/browser.ts';
import { verdict } from '../src/verdict.ts';

export const reactCookies: App = {
  id: 'react-cookies',
  title: 'React, the tokens in HttpOnly cookies',
  pages: ['docs/start/cookies.md', 'docs/frameworks.md'],
  has: ['axios', 'react', 'react-dom'],
  needs: ['chromium'],
  async play(stage) {
    const server = await stage.serve({ firstServes: 8, cookies: 'tokens' });
    const page = await openPage(stage, server, 'main.tsx');
    const first = await page.reported();
    await page.reload();
    const second = await page.reported();
    const seen = verdict({ requests: 40, refreshes: 1 }, [...first, ...second], server.seen);
    if (server.seen.opened !== 1) throw new Error(`${server.seen.opened} logins`);
    return `in Chromium, in two page loads and one login: ${seen}`;
  },
};
