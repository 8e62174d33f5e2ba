import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'puppeteer-core';
import { CHROMIUM, FIREFOX } from '../../../test/support/browsers.ts';
import { type Site, startSite } from './support/site.ts';
import { crossed, type Mode, twoUsersServer } from './support/two-users.ts';

describe.each([CHROMIUM, FIREFOX].map((kind) => ({ kind, title: kind.title })))(
  '$title',
  ({ kind }) => {
    (kind.mayRun ? describe : describe.skip)(
      '21: two users, one after the other, in two tabs',
      () => {
        let site: Site;
        let browser: Browser | undefined;
        let context: BrowserContext;

        beforeAll(async () => {
          site = await startSite();
          browser = await kind.start();
        }, 60_000);
        afterAll(async () => {
          await browser?.close();
          await site.close();
        });
        beforeEach(async () => {
          site.users = twoUsersServer();
          context = await (browser as Browser).createBrowserContext();
        });
        afterEach(() => context.close());

        const opened = async (mode: Mode): Promise<Page> => {
          const page = await context.newPage();
          await page.goto(site.url('two-users'));
          await page.evaluate((how) => person.open(how), mode);
          return page;
        };
        const post = (page: Page, id: string) => page.evaluate((what) => person.post(what), id);
        const login = (page: Page, user: string) => page.evaluate((who) => person.login(who), user);
        const announce = (page: Page) => page.evaluate(() => person.announce());
        const told = (page: Page) => page.evaluate(() => person.toldOfSignIn());

        /** Alice is signed in in both tabs, and a request of hers from the second is on its way to a refusal. */
        const refusedAsAlice = async (mode: Mode) => {
          const [one, other] = [await opened(mode), await opened(mode)];
          await login(one, 'alice');
          await announce(one);
          expect(await post(other, 'before')).toEqual({ status: 200, as: 'alice' });
          site.users.endAccess();
          const { arrived, release } = site.users.holdRefusals();
          const order = post(other, 'order');
          await arrived;
          return { one, other, order, release };
        };

        it.each<Mode>(['cookies', 'tokens'])(
          'what was refused as the one is not sent again as the other, after that one has signed in, with %s',
          async (mode) => {
            const { one, other, order, release } = await refusedAsAlice(mode);
            await login(one, 'bob');
            await announce(one);
            await told(other);
            release();
            expect(await order).toEqual({ status: 401 });
            expect(site.users.arrivals.filter(({ id }) => id === 'order')).toEqual([
              { id: 'order', as: 'alice', accepted: false },
            ]);
            expect(await post(other, 'after')).toEqual({ status: 200, as: 'bob' });
          },
        );

        it('nor where the other’s cookies are all that this tab can find out, because nobody has announced the login yet', async () => {
          const { one, other, order, release } = await refusedAsAlice('cookies');
          await login(one, 'bob');
          release();
          expect(await order).toEqual({ status: 401 });
          expect(site.users.arrivals.filter(({ id }) => id === 'order')).toHaveLength(1);
          expect(await post(other, 'after')).toEqual({ status: 200, as: 'bob' });
          await announce(one);
          expect(await post(one, 'too')).toEqual({ status: 200, as: 'bob' });
        });

        it('nor in 10 rounds in which the two sign in by turns while both tabs send: each request stays its user’s', async () => {
          const tabs = [await opened('tokens'), await opened('tokens')] as const;
          await login(tabs[0], 'alice');
          await announce(tabs[0]);
          await Promise.all(tabs.map((page, index) => post(page, `first-${index}`)));
          for (let round = 1; round <= 10; round++) {
            const [signsIn, follows] = round % 2 === 0 ? tabs : [tabs[1], tabs[0]];
            site.users.endAccess();
            const user = round % 2 === 0 ? 'alice' : 'bob';
            await login(signsIn, user);
            await Promise.all([
              ...tabs.flatMap((page, index) =>
                [0, 1, 2].map((number) => post(page, `${round}-${index}-${number}`)),
              ),
              announce(signsIn).then(() => told(follows)),
            ]);
            for (const page of tabs)
              expect(await post(page, `${round}-${tabs.indexOf(page)}`)).toEqual({
                status: 200,
                as: user,
              });
          }
          const { arrivals, refused } = site.users;
          expect(arrivals.filter(({ accepted }) => !accepted).length).toBeGreaterThan(0);
          expect([crossed(arrivals), refused]).toEqual([[], 0]);
        });
      },
    );
  },
);
