import { fileURLToPath } from 'node:url';
import type { Contender } from '@unexpired/example-contenders/contender';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { mayRunChromium, startChromium } from '../../../../test/support/chromium.ts';
import type { Tab } from '../page/tab.ts';
import { everyoneAnswered, goesOn, oneRefresh, sessionAlive } from '../rules.ts';
import type { Scenario } from '../scenario.ts';
import { untilExpired } from './expiring.ts';

/** Seconds in which both tabs have started, on a busy machine too. */
const STARTING = 15;

export const twoTabs: Scenario = {
  id: 'two-tabs',
  name: 'two tabs',
  what: 'Two tabs of Chromium share the session: ours in browserStore, the others in localStorage. Each sends 10 requests at the same moment, and the token has expired.',
  rules: [oneRefresh, sessionAlive, everyoneAnswered, goesOn],
  without({ contender }) {
    if (contender.on === 'MCP') return 'its host is no page';
    if (contender.id === 'google-auth-library') return 'its README is for Node';
    return mayRunChromium ? undefined : 'there is no Chromium on this machine';
  },
  async play(stage) {
    const { arena } = stage;
    arena.files.set('/page.js', { type: 'text/javascript', text: await bundle(stage.contender) });
    arena.files.set('/page.html', { type: 'text/html', text: PAGE });
    const browser = await startChromium();
    try {
      const context = await browser.newContext();
      const signedIn = arena.login(STARTING);
      const open = async (...args: Parameters<Tab['start']>): Promise<Page> => {
        const page = await context.newPage();
        await page.goto(`${arena.address.apiOrigin}/page.html`);
        await page.evaluate((given) => gauntletTab.start(...given), args);
        return page;
      };
      const tabs = [await open(stage.place, signedIn), await open(stage.place)];
      await untilExpired(stage);
      const runs = tabs.map((page, tab) =>
        page.evaluate(([count, under]) => gauntletTab.run(count, under), [
          stage.crowd / 2,
          `tab-${tab}`,
        ] as const),
      );
      stage.count((await Promise.all(runs)).flat());
      const [one] = await (tabs[1]?.evaluate(() => gauntletTab.run(1, 'afterwards')) ?? []);
      stage.sawAfterwards(one?.state === 'pending' ? 'hung' : (one?.state ?? 'failed'));
    } finally {
      await browser.close();
    }
  },
};

const PAGE =
  '<!doctype html><title>tab</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

declare const gauntletTab: Tab;

/** The contender and all that it needs, as a module for a page. */
async function bundle({ source, id }: Contender): Promise<string> {
  const tab = fileURLToPath(new URL('../page/tab.ts', import.meta.url));
  const contents = `
    import * as module from ${JSON.stringify(fileURLToPath(source))};
    import { openTab } from ${JSON.stringify(tab)};
    globalThis.gauntletTab = openTab(Object.values(module).find((one) => one.id === ${JSON.stringify(id)}));`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    external: ['node:*'],
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}
