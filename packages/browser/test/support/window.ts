import type { TokenResponse } from 'unexpired';
import type { Browser, Page } from 'puppeteer-core';
import type { Site } from './site.ts';
import type { TabControl } from './tab.ts';

/** A window of a user who has nothing of the site yet. */
export interface Window {
  /** A new tab with the app in it. */
  tab(setup?: Parameters<TabControl['open']>[0]): Promise<Page>;
  /** A new tab with nothing in it. */
  blank(): Promise<Page>;
  close(): Promise<void>;
}

/** `host`: under which the tabs see the site. */
export async function openWindow(browser: Browser, site: Site, host?: string): Promise<Window> {
  const context = await browser.createBrowserContext();
  return {
    async tab(setup = {}) {
      const page = await context.newPage();
      await page.goto(site.url('tab', host === undefined ? {} : { host }));
      await page.evaluate((options) => tab.open(options), setup);
      return page;
    },
    blank: () => context.newPage(),
    close: () => context.close(),
  };
}

/** Signs in through a tab, with what the site's server gives. Resolves with the code of the error, where there was one. */
export const trySignIn = (page: Page, site: Site): Promise<string | undefined> =>
  page.evaluate((answer: TokenResponse) => tab.setSession(answer), site.server.login());

export async function signIn(page: Page, site: Site): Promise<void> {
  const error = await trySignIn(page, site);
  if (error != null) throw new Error(error);
}

/** One request of the API, after `advance` ms of the page's clock. */
export const ask = (page: Page, advance = 0) =>
  page.evaluate((ms) => tab.ask({ advance: ms, requests: 1 }), advance);
