import { EventEmitter, once } from 'node:events';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { startChromium } from '../../test/support/chromium.ts';
import type { Server } from './server.ts';
import type { Stage } from './stage.ts';

/** An app in a real Chromium, on a page of its own server. */
export interface AppPage {
  /** What the app gives next to `report()`, which it finds in its page; rejects with an error of the page that nobody has caught. */
  reported(): Promise<unknown[]>;
  reload(): Promise<void>;
  /** The next release of the app: opens it in the same browser, with what the one before has left there. */
  release(entry: string): Promise<void>;
}

/** An app that says nothing for so long says nothing. */
const REPORT_MS = 60_000;

/** Starts a Chromium that the stage ends. */
export async function browserFor(stage: Stage): Promise<Browser> {
  const browser = await startChromium();
  stage.afterwards(() => browser.close());
  return browser;
}

/** Opens a file of the app with an empty profile, in a browser of its own unless there is one already. */
export async function openPage(
  stage: Stage,
  server: Server,
  entry: string,
  started?: Browser,
): Promise<AppPage> {
  await publish(stage, server, entry);
  const browser = started ?? (await browserFor(stage));
  const page = await browser.newPage();
  const reports = new EventEmitter();
  let broken: Error | undefined;
  const kept: unknown[][] = [];
  await page.exposeFunction('report', (what: unknown[]) => {
    kept.push(what);
    reports.emit('report');
  });
  page.on('pageerror', (error) => {
    broken ??= error;
    reports.emit('report');
  });
  await page.goto(server.origin);
  return {
    async reported() {
      const signal = AbortSignal.timeout(REPORT_MS);
      for (;;) {
        const what = kept.shift();
        if (what) return what;
        if (broken) throw broken;
        await once(reports, 'report', { signal });
      }
    },
    async reload() {
      await page.reload();
    },
    async release(next) {
      await publish(stage, server, next);
      await page.reload();
    },
  };
}

/** Bundles a file of the app as its author would, and puts it on its server. */
async function publish(stage: Stage, server: Server, entry: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [path.join(stage.folder, entry)],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  const html = '<!doctype html><div id="root"></div><script type="module" src="/app.js"></script>';
  // What a browser asks for by itself is no request of the app.
  server.files.set('/favicon.ico', { type: 'image/x-icon', text: '' });
  for (const place of ['/', '/goodbye']) server.files.set(place, { type: 'text/html', text: html });
  server.files.set('/app.js', { type: 'text/javascript', text: outputFiles[0]?.text ?? '' });
}
