import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { type AdapterUnderTest, adapterContract, type ContractFramework } from '@unexpired/testing';
import { startContractApi } from '@unexpired/testing/node';
import type { Page } from 'puppeteer-core';
import { CHROMIUM, FIREFOX, type Kind } from '../browsers.ts';
import { bundleForPage } from '../bundle-for-page.ts';
import { startControl } from './control.ts';
import type { Place } from './remote-api.ts';

const framework: ContractFramework = { describe, it };

/** Ms for a test in a browser, or for its start, where the machine is busy. */
const PATIENCE = 60_000;

// Only the names of the tests are wanted here; what they do, they do in the page.
const apiOfThePage = (): never => {
  throw new Error('The API is for the page');
};

/** Runs `adapterContract` in a page of each browser, where `script` serves it for the same adapters. Each test of it is one here. */
export function contractInBrowsers(script: URL, adapters: readonly AdapterUnderTest[]): void {
  for (const kind of [CHROMIUM, FIREFOX])
    (kind.mayRun ? framework.describe : describe.skip)(kind.title, () =>
      contractIn(kind, script, adapters),
    );
}

function contractIn(kind: Kind, script: URL, adapters: readonly AdapterUnderTest[]): void {
  let page: Page;
  let place: Place;
  const cleanUp: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    const api = await startContractApi();
    cleanUp.unshift(() => api.close());
    const control = await startControl(api);
    cleanUp.unshift(() => control.close());
    const { origin, foreignOrigin } = api;
    place = { origin, foreignOrigin, control: control.url };
    const browser = await kind.start();
    cleanUp.unshift(() => browser.close());
    page = await browser.newPage();
    // Any page of the API's own origin will do.
    await page.goto(`${origin}/public`);
    await page.addScriptTag({ content: await bundleForPage(script) });
  }, PATIENCE);
  afterAll(async () => {
    for (const close of cleanUp) await close();
  });

  for (const [index, adapter] of adapters.entries()) {
    let group = '';
    const inPage: ContractFramework = {
      describe(title, body) {
        group = title;
        framework.describe(title, body);
      },
      it(name) {
        const test = [index, group, name] as const;
        const inside = (): Promise<void> =>
          page.evaluate((where, which) => runContractTest(where, ...which), place, test);
        // oxlint-disable-next-line jest/expect-expect, jest/valid-title -- the expectations are in the page, and the name is the contract's
        it(name, inside, PATIENCE);
      },
    };
    adapterContract(inPage, apiOfThePage, adapter);
  }
}
