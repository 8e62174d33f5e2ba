import type { App } from '../src/app.ts';
import { openPage } from '../src/browser.ts';
import { verdict } from '../src/verdict.ts';

export const reactNative: App = {
  id: 'react-native',
  title: "React Native's storage",
  pages: ['docs/frameworks.md'],
  has: ['@react-native-async-storage/async-storage'],
  quick: true,
  needs: ['chromium'],
  async play(stage) {
    const server = await stage.serve({ firstServes: 8 });
    const page = await openPage(stage, server, 'main.ts');
    const first = await page.reported();
    await page.reload();
    const second = await page.reported();
    const seen = verdict({ requests: 40, refreshes: 1 }, [...first, ...second], server.seen);
    if (server.seen.opened !== 1) throw new Error(`${server.seen.opened} logins`);
    return `the real AsyncStorage with its own web half, in Chromium, started twice, one login: ${seen}; its native half needs a device, and was not played`;
  },
};
