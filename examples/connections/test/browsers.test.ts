import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'puppeteer-core';
import { CHROMIUM, FIREFOX } from '../../../test/support/browsers.ts';
import { bundleForPage } from '../../../test/support/bundle-for-page.ts';
import { serveEvents, serveGraphql, serveSocketIo, serveWs } from './servers.ts';
import { type LiveSession, liveSession } from './support.ts';

/** The page, and what it gets its tokens from. */
function servePage({ http, server }: LiveSession, script: string): void {
  http.on('request', (request, response) => {
    const type = request.url === '/' ? 'text/html' : 'text/javascript';
    if (request.url === '/' || request.url === '/page.js')
      response
        .writeHead(200, { 'content-type': type })
        .end(request.url === '/' ? '<!doctype html><script src="/page.js"></script>' : script);
    else if (request.url === '/refresh')
      void request.toArray().then(async (chunks) => {
        const refreshToken = Buffer.concat(chunks).toString();
        const reply = await server.token({ grantType: 'refresh_token', refreshToken });
        if ('failure' in reply) response.destroy();
        else response.writeHead(reply.status, reply.headers).end(reply.body);
      });
    else if (request.url === '/favicon.ico') response.writeHead(204).end();
  });
}

/** What the page has seen, once that is so much. */
async function seenIn(page: Page, count: number): Promise<readonly string[]> {
  await page.waitForFunction((wanted) => live.seen.length >= wanted, { polling: 50 }, count);
  return page.evaluate(() => live.seen);
}

let script = '';
beforeAll(async () => {
  script = await bundleForPage(new URL('./page.ts', import.meta.url));
}, 60_000);

describe.each([CHROMIUM, FIREFOX].map((kind) => ({ kind, title: kind.title })))(
  'in a page of $title',
  ({ kind }) => {
    (kind.mayRun ? describe : describe.skip)('a recipe', () => {
      let browser: Browser | undefined;
      let session: LiveSession;
      let page: Page;
      let stop: () => void;
      beforeAll(async () => {
        browser = await kind.start();
      }, 60_000);
      afterAll(() => browser?.close());
      beforeEach(async () => {
        session = await liveSession();
        servePage(session, script);
        page = await (browser as Browser).newPage();
        await page.goto(`http://${session.origin}/`);
      });
      afterEach(async () => {
        await page.close();
        stop();
        await session.close();
      });
      const connect = (how: 'events' | 'graphql' | 'socketIo' | 'ws') =>
        page.evaluate((which, login) => live.connect(which, login), how, session.server.login());
      const refresh = () => page.evaluate(() => live.refresh());
      /** A login whose access token is refused already. */
      const connectWithDead = async (how: Parameters<typeof connect>[0]): Promise<void> => {
        const login = session.server.login();
        session.server.endAccessTokens();
        await page.evaluate((which, dead) => live.connect(which, dead), how, login);
      };

      it('liveEvents is refused once, and goes on after the last event with each new token', async () => {
        const { said, ...served } = serveEvents(session);
        ({ stop } = served);
        await connectWithDead('events');
        expect(await seenIn(page, 1)).toEqual(['event 1']);
        await refresh();
        expect(await seenIn(page, 2)).toEqual(['event 1', 'event 2']);
        expect(said.all).toEqual(['dead after nothing', 'live after nothing', 'live after 1']);
      }, 60_000);

      it('liveGraphql is closed with 4403 for a dead token, renews it once, and subscribes again with each new one', async () => {
        const { said, ...served } = serveGraphql(session, 4403);
        ({ stop } = served);
        await connectWithDead('graphql');
        expect(await seenIn(page, 1)).toEqual(['tick']);
        await refresh();
        expect(await seenIn(page, 2)).toEqual(['tick', 'tick']);
        expect(said.all).toEqual(['dead', 'live', 'live']);
      }, 60_000);

      it('liveSocket is refused with a dead token, renews it once and connects; and again with each next token', async () => {
        const { said, ...served } = serveSocketIo(session);
        ({ stop } = served);
        await connectWithDead('socketIo');
        expect(await seenIn(page, 1)).toEqual(['connected']);
        await refresh();
        expect(await seenIn(page, 2)).toEqual(['connected', 'connected']);
        expect([said.all[0], said.all.at(-1)]).toEqual(['dead', 'live']);
        expect(session.server.counters.calls).toBe(2);
      }, 60_000);

      it('keepAuthorized sends the token now, each next one, and null after the sign-out, on one WebSocket', async () => {
        const { said, ...served } = serveWs(session);
        ({ stop } = served);
        await connect('ws');
        await said.reach(1);
        await refresh();
        await said.reach(2);
        await page.evaluate(() => live.signOut());
        await said.reach(3);
        expect(said.all).toEqual(['live', 'live', 'nobody']);
        expect(await seenIn(page, 1)).toEqual(['open']);
      }, 60_000);
    });
  },
);
