import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { CHROMIUM, FIREFOX } from '../../test/support/browsers.ts';

const site = path.join(import.meta.dirname, '..');
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The built site, as any server of files shows it: `/reference` is `reference.html`. */
function serve(): Server {
  const dist = path.join(site, 'dist');
  return createServer((request, response) => {
    const asked = decodeURI(new URL(request.url ?? '/', 'http://localhost').pathname);
    const found = [asked, `${asked}.html`, `${asked}index.html`]
      .map((file) => path.join(dist, file))
      .find((file) => file.startsWith(dist) && path.extname(file) !== '' && existsSync(file));
    if (found === undefined) return void response.writeHead(404).end();
    response
      .writeHead(200, { 'content-type': TYPES[path.extname(found)] ?? 'application/octet-stream' })
      .end(readFileSync(found));
  });
}

beforeAll(async () => {
  const building = spawn(process.execPath, ['--no-warnings', path.join(site, 'src', 'build.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  building.stdout.resume();
  const [code] = (await once(building, 'close')) as [number];
  if (code !== 0) throw new Error('the site could not be built');
}, 120_000);

it('the site has every page, and no dead link, or it would not be built', () => {
  const pages = globSync('pages/**/*.md', { cwd: site });
  const built = pages.map((page) =>
    path.join(site, page.replace(/^pages/, 'dist').replace(/md$/, 'html')),
  );
  expect(pages.length).toBeGreaterThan(50);
  expect(built.filter((file) => !existsSync(file))).toEqual([]);
});

for (const kind of [CHROMIUM, FIREFOX])
  (kind.mayRun ? describe : describe.skip)(`in ${kind.title}`, () => {
    let browser: Browser;
    let server: Server;
    let origin: string;
    beforeAll(async () => {
      server = serve();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      browser = await kind.start();
    }, 60_000);
    afterAll(async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });

    /** A page, what went wrong in it, and whom it asked for anything. */
    const open = async (
      place: string,
    ): Promise<{ page: Page; faults: unknown[]; hosts: Set<string> }> => {
      const page = await browser.newPage();
      const faults: unknown[] = [];
      const hosts = new Set<string>();
      page.on('pageerror', (error) => faults.push(error));
      page.on('request', (request) => hosts.add(new URL(request.url()).origin));
      await page.goto(`${origin}${place}`, { waitUntil: 'networkidle0' });
      return { page, faults, hosts };
    };

    it.each(['invalid_grant', 'refresh token already used'])(
      'the search for "%s" leads to what it means',
      async (words) => {
        const { page, faults } = await open('/');
        await page.waitForSelector('button.DocSearch-Button');
        await page.click('button.DocSearch-Button');
        await page.waitForSelector('.VPLocalSearchBox input', { timeout: 30_000 });
        await page.type('.VPLocalSearchBox input', words);
        const first = await page.waitForSelector('.VPLocalSearchBox .result:first-child', {
          timeout: 30_000,
        });
        await page.waitForFunction(() =>
          document
            .querySelector('.VPLocalSearchBox .result')
            ?.textContent?.includes('By what you see'),
        );
        await first?.click();
        await page.waitForFunction(() => location.pathname === '/errors');
        expect(new URL(page.url()).hash).toBe('#invalid_grant-refresh-token-already-used');
        expect(faults).toEqual([]);
        await page.close();
      },
      60_000,
    );

    it('the playground runs by keyboard, says what came of each lane, and asks nobody for anything', async () => {
      const { page, faults, hosts } = await open('/playground');
      await page.focus('.playground input');
      for (const key of ['Tab', 'Tab', 'Tab', ' ', 'Enter'] as const)
        await page.keyboard.press(key);
      const status = await page.waitForFunction(
        () => {
          const text = document.querySelector('.playground [role=status]')?.textContent ?? '';
          return text.split('. ').length === 4 ? text : false;
        },
        { timeout: 30_000 },
      );
      const theft = 'The server saw theft: signed out everywhere';
      expect(String(await status.jsonValue()).split('. ')).toEqual([
        `the interceptor that everybody writes: ${theft}`,
        `isRefreshing and failedQueue: ${theft}`,
        `axios-auth-refresh 5: ${theft}`,
        'Unexpired: Every request was answered, and the session goes on',
      ]);
      expect([...hosts].filter((one) => one !== 'null')).toEqual([origin]); // images in the page's own styles have none
      expect(faults).toEqual([]);
      await page.close();
    }, 60_000);
  });
