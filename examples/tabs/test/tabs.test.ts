import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { CHROMIUM } from '../../../test/support/browsers.ts';
import { runExample } from '../../cli/test/support/run-example.ts';

const main = new URL('../src/main.ts', import.meta.url);
// On the packages' sources, as jest does: a test must not depend on when somebody last built them.
const sources = new URL('../../../test/support/sources.mjs', import.meta.url).href;

const start = (...args: string[]) =>
  spawn(process.execPath, ['--no-warnings', '--import', sources, fileURLToPath(main), ...args], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });

/** What an element of the page says, once it says that. */
const says = (page: Page, id: string, text: string) =>
  page.waitForFunction(
    (of, wanted) => document.getElementById(of)?.textContent === wanted,
    { polling: 50, timeout: 15_000 },
    id,
    text,
  );
const textOf = (page: Page, id: string): Promise<string> =>
  page.$eval(`#${id}`, (element) => element.textContent ?? '');
const click = (page: Page, id: string): Promise<void> =>
  page.$eval(`#${id}`, (element) => (element as HTMLElement).click());

(CHROMIUM.mayRun ? describe : describe.skip)(
  `the page in several tabs of ${CHROMIUM.title}`,
  () => {
    let example: ReturnType<typeof start>;
    let browser: Browser | undefined;
    let url = '';

    beforeAll(async () => {
      example = start();
      let printed = '';
      for await (const chunk of example.stdout) {
        printed += String(chunk);
        url = /http:\S+/.exec(printed)?.[0] ?? '';
        if (url !== '') break;
      }
      browser = await CHROMIUM.start();
    }, 60_000);
    afterAll(async () => {
      await browser?.close();
      const ended = once(example, 'close');
      example.kill();
      await ended;
    });

    it('signs all of them in and out, and one of them refreshes for all', async () => {
      const tabs: Page[] = [];
      const broken: unknown[] = [];
      for (let count = 0; count < 3; count++) {
        const page = await (browser as Browser).newPage();
        page.on('pageerror', (error) => broken.push(error));
        await page.goto(url);
        await says(page, 'status', 'Signed out');
        tabs.push(page);
      }
      const [one, two, three] = tabs as [Page, Page, Page];
      await click(one, 'sign-in');
      for (const page of tabs) await says(page, 'status', 'Signed in');
      const before = await textOf(one, 'token');

      await click(two, 'end-access-tokens');
      for (const page of tabs) await says(page, 'refreshes', '1');
      await one.waitForFunction(
        (old) => document.getElementById('token')?.textContent !== old,
        { polling: 50, timeout: 15_000 },
        before,
      );
      for (const page of tabs) await says(page, 'token', await textOf(one, 'token'));
      for (const page of tabs)
        expect([await textOf(page, 'failed'), await textOf(page, 'reused')]).toEqual(['0', '0']);

      await click(three, 'sign-out');
      for (const page of tabs) await says(page, 'status', 'Signed out');
      expect(broken).toEqual([]);
    }, 60_000);
  },
);

describe('the example', () => {
  it.each([
    [['--port', 'http'], '--port: expected a whole number from 0 to 65535, got "http"'],
    [['--host=all'], "Unknown option '--host'"],
  ])(
    'answers %j with a sentence and exit status 2',
    async (args, sentence) => {
      expect(await runExample(main, ...args)).toEqual({
        code: 2,
        stdout: '',
        stderr: `${sentence}\nTry npm run example:tabs -- --help\n`,
      });
    },
    60_000,
  );

  it('says that a port is taken, as of any other mistake', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { code, stderr } = await runExample(main, '--port', String(port));
    holder.close();
    expect(stderr).toBe(
      `--port: cannot listen on ${port} (EADDRINUSE)\nTry npm run example:tabs -- --help\n`,
    );
    expect(code).toBe(2);
  }, 60_000);

  it('answers --help', async () => {
    const { code, stdout, stderr } = await runExample(main, '--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm run example:tabs/);
  }, 60_000);
});
