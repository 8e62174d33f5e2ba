import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { CHROMIUM_ARGUMENTS, chromiumPath, mayRunChromium, WITHOUT_CHROMIUM } from './chromium.ts';
import { firefoxPath, mayRunFirefox, WITHOUT_FIREFOX } from './firefox.ts';
import { processOf } from './firefox-process.ts';

/** A browser that the suites run in. One driver for both, and one that leaves the back/forward cache on. */
export interface Kind {
  readonly name: 'Chromium' | 'Firefox';
  /** Where not, `title` says so. */
  readonly mayRun: boolean;
  readonly title: string;
  start(): Promise<Browser>;
  /** Ends the page's process, as when it runs out of memory. */
  crash(page: Page): Promise<void>;
  /** Stops the page, as browsers do with tabs in the background. Resolves with what lets it go on. */
  freeze(page: Page): Promise<() => Promise<void>>;
}

/** A name that leads to loopback, but not to a secure context: there, browsers have no Web Locks. */
export const INSECURE_HOST = 'insecure.test';

export const CHROMIUM: Kind = {
  name: 'Chromium',
  mayRun: mayRunChromium,
  title: mayRunChromium ? 'Chromium' : `Chromium, ${WITHOUT_CHROMIUM}`,
  async start() {
    if (chromiumPath === undefined)
      throw new Error(`In CI this suite is not left out. It would be ${WITHOUT_CHROMIUM}`);
    const args = [...CHROMIUM_ARGUMENTS, `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1`];
    return puppeteer.launch({
      browser: 'chrome',
      executablePath: chromiumPath,
      headless: true,
      args,
    });
  },
  async crash(page) {
    const session = await page.createCDPSession();
    const crashed = new Promise<void>((resolve) => page.once('error', () => resolve()));
    session.send('Page.crash').catch(() => undefined); // nobody is left to answer
    await crashed;
  },
  async freeze(page) {
    const become = async (state: 'frozen' | 'active'): Promise<void> => {
      const session = await page.createCDPSession();
      await session.send('Page.setWebLifecycleState', { state });
      await session.detach();
    };
    await become('frozen');
    return () => become('active');
  },
};

export const FIREFOX: Kind = {
  name: 'Firefox',
  mayRun: mayRunFirefox,
  title: mayRunFirefox ? 'Firefox' : `Firefox, ${WITHOUT_FIREFOX}`,
  async start() {
    if (firefoxPath === undefined)
      throw new Error(`In CI this suite is not left out. It would be ${WITHOUT_FIREFOX}`);
    return puppeteer.launch({
      browser: 'firefox',
      executablePath: firefoxPath,
      headless: true,
      extraPrefsFirefox: { 'network.dns.localDomains': INSECURE_HOST },
    });
  },
  // Its driver knows neither of the two. Each tab is in a process of its own, of which it notices the end.
  async crash(page) {
    process.kill(await processOf(page), 'SIGKILL');
  },
  async freeze(page) {
    const pid = await processOf(page);
    process.kill(pid, 'SIGSTOP');
    return async () => void process.kill(pid, 'SIGCONT');
  },
};
