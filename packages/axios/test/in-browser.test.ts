import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startContractApi } from '@unexpired/testing/node';
import type { Browser, Page } from 'playwright-core';
import { bundleForPage } from '../../../test/support/bundle-for-page.ts';
import { mayRunChromium, startChromium, WITHOUT_CHROMIUM } from '../../../test/support/chromium.ts';

const title = mayRunChromium ? 'in Chromium' : `in Chromium, ${WITHOUT_CHROMIUM}`;
(mayRunChromium ? describe : describe.skip)(title, () => {
  let api: Awaited<ReturnType<typeof startContractApi>>;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    api = await startContractApi();
    browser = await startChromium();
    page = await browser.newPage();
    await page.goto(`${api.origin}/public`);
    const content = await bundleForPage(new URL('contract/cookie-page.ts', import.meta.url));
    await page.addScriptTag({ content });
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });
  beforeEach(() => api.reset('good'));

  it.each([
    ['newest', 'xhr'],
    ['newest', 'fetch'],
    ['oldest', 'xhr'],
    ['oldest', 'fetch'],
  ] as const)(
    'a replay carries the XSRF cookie of its moment: axios %s, %s',
    async (which, adapter) => {
      const status = await page.evaluate(
        ([version, name, origin]) => sendWithCookie(version, name, origin),
        [which, adapter, api.origin] as const,
      );
      expect(status).toBe(200);
      expect(api.requests.map(({ accept }) => accept)).toEqual(['first', 'second']);
    },
  );
});
