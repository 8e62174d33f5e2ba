import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import type { Kind } from '../../../../test/support/browsers.ts';
import { contracts } from './contracts.ts';
import { type Site, startSite } from './site.ts';

/** Runs the contracts in a page of a real browser. Each rule of them is one test here. */
export function contractsInPages(kind: Kind): void {
  let site: Site;
  let browser: Browser | undefined;
  let page: Page;

  beforeAll(async () => {
    site = await startSite();
    const started = await kind.start();
    browser = started;
    page = await started.newPage();
    await page.goto(site.url('contract'));

    const others = new Map<string, Page>();
    site.answers.set('hold', async (name) => {
      const other = await started.newPage();
      await other.goto(site.url('tab'));
      await other.evaluate((lock) => holdLock(lock), name);
      const id = String(others.size);
      others.set(id, other);
      return id;
    });
    site.answers.set('end', async (id) => {
      const other = others.get(id);
      if (other === undefined) throw new Error('There is no such tab');
      await kind.crash(other);
      return '';
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site.close();
  });

  const jest = { describe, it };
  let group = '';
  contracts({
    describe(title: string, body: () => void) {
      group = title;
      jest.describe(title, body);
    },
    it(name: string) {
      const of = group;
      jest.it(name, () => page.evaluate((title, rule) => runRule(title, rule), of, name));
    },
  });
}
