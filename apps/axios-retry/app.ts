import type { App } from '../src/app.ts';
import { openPage } from '../src/browser.ts';
import { verdict } from '../src/verdict.ts';

export const axiosRetry: App = {
  id: 'axios-retry',
  title: 'axios with axios-retry, the session in localStorage',
  pages: ['docs/start/axios.md'],
  has: ['axios', 'axios-retry'],
  quick: true,
  needs: ['chromium'],
  async play(stage) {
    const server = await stage.serve({ firstServes: 8 });
    const page = await openPage(stage, server, 'main.ts');
    const first = await page.reported();
    await page.reload();
    const second = await page.reported();
    return `in Chromium, in two page loads: ${verdict({ requests: 40, refreshes: 1 }, [...first, ...second], server.seen)}`;
  },
};
