import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { CHROMIUM, FIREFOX, type Kind } from '../browsers.ts';
import { bundleForPage } from '../bundle-for-page.ts';
import { startGateway } from './gateway.ts';

/** Plays the recipe *A 401 that the browser hides* in each browser; `clients`: what each rejects with where there is no answer. */
export function gatewayInBrowsers(script: URL, clients: Readonly<Record<string, string>>): void {
  for (const kind of [CHROMIUM, FIREFOX])
    (kind.mayRun ? describe : describe.skip)(kind.title, () => gatewayIn(kind, script, clients));
}

function gatewayIn(kind: Kind, script: URL, clients: Readonly<Record<string, string>>): void {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    gateway = await startGateway();
    browser = await kind.start();
    page = await browser.newPage();
    await page.goto(gateway.page);
    await page.addScriptTag({ content: await bundleForPage(script) });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await gateway.close();
  });
  beforeEach(() => void (gateway.answered = 0));

  const ask = (client: string, path: string) =>
    page.evaluate((...call) => askGateway(...call), client, gateway.api, path);

  describe.each(Object.entries(clients))('%s', (client, error) => {
    it('repairs the 401 of a gateway that says of it what the recipe says', async () => {
      gateway.headers = 'as the recipe says';
      expect(await ask(client, '/me')).toEqual({ status: 200, refreshes: 1 });
      expect(gateway.answered).toBe(2);
    });

    it('sees a network error without those headers, and refreshes nothing', async () => {
      gateway.headers = 'none';
      expect(await ask(client, '/me')).toEqual({ error, refreshes: 0 });
      expect(gateway.answered).toBe(1);
    });

    it('leaves a 401 for want of a scope to its caller, where the challenge is exposed', async () => {
      gateway.headers = 'as the recipe says';
      expect(await ask(client, '/scope')).toEqual({ status: 401, refreshes: 0 });
    });

    it('takes it for an expired token where the challenge is not, and refreshes once', async () => {
      gateway.headers = 'without exposed headers';
      expect(await ask(client, '/scope')).toEqual({ status: 401, refreshes: 1 });
      expect(gateway.answered).toBe(2);
    });
  });
}
