import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { mayRunChromium, startChromium, WITHOUT_CHROMIUM } from '../../test/support/chromium.ts';

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

const title = mayRunChromium ? 'in Chromium' : `in Chromium, ${WITHOUT_CHROMIUM}`;
(mayRunChromium ? describe : describe.skip)(title, () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  beforeAll(async () => {
    server = serve();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await startChromium();
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(['invalid_grant', 'refresh token already used'])(
    'the search for "%s" leads to what it means',
    async (words) => {
      const page = await browser.newPage();
      const faults: unknown[] = [];
      page.on('pageerror', (error) => faults.push(error));
      await page.goto(origin);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.locator('.VPLocalSearchBox input').fill(words);
      const first = page.locator('.VPLocalSearchBox .result').first();
      await first.filter({ hasText: 'By what you see' }).click();
      await page.waitForURL(/\/errors#invalid_grant-refresh-token-already-used$/);
      expect(await page.locator('h1').innerText()).toContain('By what you see');
      expect(faults).toEqual([]);
      await page.close();
    },
    60_000,
  );
});
