import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { simulatedServer } from '@unexpired/testing';
import type { Browser, Page } from 'puppeteer-core';
import { CHROMIUM, FIREFOX, INSECURE_HOST, type Kind } from '../../../test/support/browsers.ts';
import { type Site, startSite } from './support/site.ts';
import type { Step, WorkerKind, WorkerOrder } from './support/tab.ts';
import { ask, openWindow, signIn, trySignIn, type Window } from './support/window.ts';

const HOUR = 3_600_000;
/** Ms that a request waits. */
const WAIT_TIMEOUT = 30_000;
const SERVED = { statuses: [200], errors: [] };

const endsIn = ({ crash }: Kind) => [
  {
    how: 'closed',
    end: (page: Page) => page.close(),
    steps: ['F6 before the call'] satisfies Step[],
  },
  {
    how: 'crashed',
    end: crash,
    steps: ['F2 under the lock', 'F4 after the intent', 'F6 before the call'] satisfies Step[],
  },
];

/** What the tests of one browser have: a site, and one user who may open several tabs. */
interface Stage {
  readonly kind: Kind;
  readonly site: Site;
  readonly browser: Browser | undefined;
  readonly user: Window;
  /** Lets each frozen page go on. */
  readonly frozenPages: (() => Promise<void>)[];
}

function stageIn(kind: Kind): Stage {
  let site: Site;
  let browser: Browser | undefined;
  let user: Window;
  const frozenPages: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    site = await startSite();
    browser = await kind.start();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site.close();
  });
  beforeEach(async () => {
    site.server = simulatedServer({ mode: 'revokes', accessTokenLifetime: HOUR });
    user = await openWindow(browser as Browser, site);
  });
  afterEach(async () => {
    for (const goOn of frozenPages.splice(0)) await goOn(); // or there is no end to a browser that waits for them
    await user.close();
  });
  return {
    kind,
    get site() {
      return site;
    },
    get browser() {
      return browser;
    },
    get user() {
      return user;
    },
    frozenPages,
  };
}

/** A signed-in tab, and one whose refresh has got as far as `step`. */
const catchingAt =
  (stage: Stage) =>
  async (step: Step): Promise<{ other: Page; caught: Page }> => {
    const other = await stage.user.tab();
    await signIn(other, stage.site);
    const caught = await stage.user.tab({ catch: step });
    await caught.evaluate((advance) => tab.prepare({ advance, requests: 1 }), HOUR);
    await caught.evaluate(() => tab.start());
    await caught.evaluate(() => tab.caught());
    return { other, caught };
  };

/** Tabs that are closed or crash while they hold the lock. */
function tabsThatEnd(stage: Stage): void {
  const caughtAt = catchingAt(stage);

  describe.each(endsIn(stage.kind))(
    'a tab that is $how while it holds the lock',
    ({ end, steps }) => {
      it.each(steps)('costs nothing at %s: the others go on at once', async (step) => {
        const { other, caught } = await caughtAt(step);
        await end(caught);
        expect(await ask(other, HOUR)).toEqual(SERVED);
        expect(stage.site.server.counters).toMatchObject({
          redemptions: 1,
          rotations: 1,
          reuseDetections: 0,
        });
      });

      it('costs nothing after the answer was stored', async () => {
        const { other, caught } = await caughtAt('F7 after the commit');
        await end(caught);
        expect(await ask(other, HOUR - 60_000)).toEqual(SERVED);
        expect(stage.site.server.counters).toMatchObject({
          redemptions: 1,
          rotations: 1,
          reuseDetections: 0,
        });
      });

      it('ends the session with the answer in its hands, where the server revokes it, with an error that says why', async () => {
        const { other, caught } = await caughtAt('F6 after the answer');
        await end(caught);
        expect(await ask(other, HOUR)).toEqual({ statuses: [], errors: ['ERR_SESSION_ENDED'] });
        expect(await other.evaluate(() => tab.lastError()?.message)).toContain('was probably lost');
        expect(stage.site.server.counters).toMatchObject({
          redemptions: 2,
          rotations: 1,
          reuseDetections: 1,
        });
      });

      it('costs nothing with the answer in its hands, where the server has a grace window', async () => {
        stage.site.server = simulatedServer({ mode: 'grace', accessTokenLifetime: HOUR });
        const { other, caught } = await caughtAt('F6 after the answer');
        await end(caught);
        expect(await ask(other, HOUR)).toEqual(SERVED);
        expect(stage.site.server.counters).toMatchObject({ rotations: 1, graceAnswers: 1 });
      });
    },
  );
}

/** Tabs that the browser freezes. */
function frozenTabs(stage: Stage): void {
  const freeze = async (page: Page): Promise<() => Promise<void>> => {
    const goOn = await stage.kind.freeze(page);
    stage.frozenPages.push(goOn);
    return goOn;
  };
  const frozenAt = async (step: Step) => {
    const other = await stage.user.tab({ skewWindow: HOUR / 10 });
    await signIn(other, stage.site);
    const frozen = await stage.user.tab({ catch: step });
    await frozen.evaluate((ms) => tab.prepare({ advance: ms, requests: 1 }), HOUR);
    await frozen.evaluate(() => tab.start());
    await frozen.evaluate(() => tab.caught());
    const goOn = await freeze(frozen);
    return {
      /** What the other one gets that waits for the lock, when its wait is over. */
      async waitedFor(advance: number) {
        const answers = ask(other, advance);
        await other.evaluate(() => tab.waitsForLock());
        await other.evaluate((ms) => tab.pass(ms), WAIT_TIMEOUT);
        return answers;
      },
      other,
      async thaw() {
        await goOn();
        await frozen.evaluate(() => tab.goOn());
        return frozen.evaluate(() => tab.prepared());
      },
    };
  };

  it('a tab that is frozen while it holds the lock leaves the others a typed error in time, and all is well when it goes on', async () => {
    const { other, waitedFor, thaw } = await frozenAt('F6 after the answer');
    expect(await waitedFor(HOUR)).toEqual({ statuses: [], errors: ['ERR_WAIT_LIMIT'] });
    expect(await thaw()).toEqual(SERVED);
    await other.evaluate(() => tab.toldOf('refreshed'));
    expect(await ask(other, -HOUR / 2)).toEqual(SERVED);
    expect(stage.site.server.counters).toMatchObject({
      redemptions: 1,
      rotations: 1,
      reuseDetections: 0,
    });
  });

  it('a tab that is frozen while it holds the lock does not keep the others from a token that is due and still valid', async () => {
    const { waitedFor, thaw } = await frozenAt('F6 before the call');
    expect(await waitedFor(HOUR - 300_000)).toEqual(SERVED); // it is valid for longer than any test takes
    expect(await thaw()).toEqual(SERVED);
    expect(stage.site.server.counters).toMatchObject({
      redemptions: 1,
      rotations: 1,
      reuseDetections: 0,
    });
  });

  it('a tab that was frozen while another one refreshed has the new token when it goes on', async () => {
    const [frozen, other] = [await stage.user.tab(), await stage.user.tab()];
    await signIn(frozen, stage.site);
    expect(await ask(frozen)).toEqual(SERVED);
    const goOn = await freeze(frozen);
    expect(await ask(other, HOUR)).toEqual(SERVED);
    await goOn();
    await frozen.evaluate(() => tab.toldOf('refreshed'));
    expect(await ask(frozen, HOUR - 60_000)).toEqual(SERVED);
    expect(stage.site.server.counters).toMatchObject({
      redemptions: 1,
      rotations: 1,
      reuseDetections: 0,
    });
  });
}

/** Tabs of one session, one after the other. */
function tabsThatTakeTurns(stage: Stage): void {
  const caughtAt = catchingAt(stage);

  describe('sign-out in one tab', () => {
    it('ends the session in all others, without a request of theirs', async () => {
      const tabs = [
        await stage.user.tab(),
        await stage.user.tab(),
        await stage.user.tab(),
      ] as const;
      await signIn(tabs[0], stage.site);
      for (const page of tabs) expect(await ask(page)).toEqual(SERVED);
      await tabs[2].evaluate(() => tab.signOut());
      await Promise.all(
        [tabs[0], tabs[1]].map((page) => page.evaluate(() => tab.toldOf('signedOut'))),
      );
      for (const page of tabs) expect(await page.evaluate(() => tab.status())).toBe('signedOut');
      expect(await ask(tabs[1], HOUR)).toEqual({ statuses: [401], errors: [] });
      expect(stage.site.server.counters).toMatchObject({ calls: 0 });
    });

    it('does not wait for the refresh of another one, whose tokens are discarded', async () => {
      const { other, caught } = await caughtAt('F6 after the answer');
      await other.evaluate(() => tab.signOut());
      await caught.evaluate(() => tab.toldOf('signedOut'));
      await caught.evaluate(() => tab.goOn());
      expect(await caught.evaluate(() => tab.prepared())).toEqual({
        statuses: [],
        errors: ['ERR_SIGNED_OUT'],
      });
      await caught.evaluate(() => tab.close());
      const later = await stage.user.tab();
      expect(await ask(later)).toEqual({ statuses: [401], errors: [] });
      expect(await later.evaluate(() => tab.status())).toBe('signedOut');
    });

    it('is undone by the next sign-in, which all tabs are told of', async () => {
      const [one, other] = [await stage.user.tab(), await stage.user.tab()];
      await signIn(one, stage.site);
      expect(await ask(other)).toEqual(SERVED);
      await one.evaluate(() => tab.signOut());
      await other.evaluate(() => tab.toldOf('signedOut'));
      await signIn(one, stage.site);
      await other.evaluate(() => tab.toldOf('signedIn'));
      expect(await ask(other)).toEqual(SERVED);
    });
  });

  it('48: on plain http, where there are no Web Locks, tabs that take turns lose nothing, and hear of a sign-out', async () => {
    const plain = await openWindow(stage.browser as Browser, stage.site, INSECURE_HOST);
    try {
      const [one, other] = [await plain.tab(), await plain.tab()];
      expect(await one.evaluate(() => [isSecureContext, 'locks' in navigator])).toEqual([
        false,
        false,
      ]);
      await signIn(one, stage.site);
      expect(await ask(other)).toEqual(SERVED);
      for (let round = 1; round <= 3; round++) {
        const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
        expect(await ask(first, HOUR)).toEqual(SERVED);
        expect(await ask(second, HOUR - 60_000)).toEqual(SERVED);
      }
      expect(stage.site.server.counters).toMatchObject({
        redemptions: 3,
        rotations: 3,
        reuseDetections: 0,
      });
      await other.evaluate(() => tab.signOut());
      await one.evaluate(() => tab.toldOf('signedOut'));
      expect(await ask(one)).toEqual({ statuses: [401], errors: [] });
    } finally {
      await plain.close();
    }
  });

  it.each([
    ['https or loopback', undefined],
    ['plain http', INSECURE_HOST],
  ])(
    '48: two tabs on one localStorage that take turns lose nothing, and hear of a sign-out, on %s',
    async (_where, host) => {
      const own = await openWindow(stage.browser as Browser, stage.site, host);
      try {
        const [one, other] = [
          await own.tab({ store: 'localStorage' }),
          await own.tab({ store: 'localStorage' }),
        ];
        await signIn(one, stage.site);
        expect(await ask(other)).toEqual(SERVED);
        for (let round = 1; round <= 3; round++) {
          const [first, second] = round % 2 === 0 ? [one, other] : [other, one];
          expect(await ask(first, HOUR)).toEqual(SERVED);
          await second.evaluate(() => tab.toldOf('refreshed'));
          expect(await ask(second, HOUR - 60_000)).toEqual(SERVED);
        }
        stage.site.server.endAccessTokens(); // refused, rather than due
        expect(await ask(one, 60_000)).toEqual(SERVED);
        expect(await ask(other, 60_000)).toEqual(SERVED);
        expect(stage.site.server.counters).toMatchObject({
          redemptions: 4,
          rotations: 4,
          reuseDetections: 0,
        });
        await other.evaluate(() => tab.signOut());
        await one.evaluate(() => tab.toldOf('signedOut'));
        expect(await ask(one)).toEqual({ statuses: [401], errors: [] });
      } finally {
        await own.close();
      }
    },
  );

  it('a lock vouches for its holder with the origin, in a window as in a worker: it comes free when that dies', async () => {
    const page = await stage.user.tab();
    const { origin } = new URL(stage.site.elsewhere);
    const held = await page.evaluate(() => holdBriefly('one'));
    expect(held).toMatchObject({ freedOnDeath: origin });
    expect(await page.evaluate(() => tellWorker('worker', { hold: 'one' }))).toMatchObject({
      freedOnDeath: origin,
    });
  });
}

/** What the browser does to its storage. */
function storageOfABrowser(stage: Stage): void {
  describe('the database', () => {
    it('can be deleted at any time: nobody stands in the way, all tabs are signed out, and can sign in again', async () => {
      const [one, other] = [await stage.user.tab(), await stage.user.tab()];
      await signIn(one, stage.site);
      expect(await ask(other)).toEqual(SERVED);
      await one.evaluate(() => deleteDatabase('unexpired'));
      await Promise.all([one, other].map((page) => page.evaluate(() => tab.toldOf('signedOut'))));
      await signIn(other, stage.site);
      await one.evaluate(() => tab.toldOf('signedIn'));
      expect(await ask(one)).toEqual(SERVED);
    });

    it('may hold something else at the key: an error that says so, and it stays', async () => {
      const page = await stage.user.tab();
      await signIn(page, stage.site);
      await page.evaluate(() => putIntoDatabase({ v: 9, anything: 'else' }));
      const late = await stage.user.tab();
      await late.evaluate(() => tab.open({ whenSignedOut: 'reject' }));
      expect(await ask(late)).toEqual({ statuses: [], errors: ['ERR_STORE_RECORD'] });
      expect(await page.evaluate(() => takeFromDatabase())).toEqual({ v: 9, anything: 'else' });
    });

    it('may hold a token set that another program put there: it is taken over, and renewed', async () => {
      const page = await stage.user.tab();
      expect(await ask(page)).toEqual({ statuses: [401], errors: [] });
      // A lifetime in a store counts only from a beginning beside it.
      const answer = { ...stage.site.server.login(), issued_at: Date.now() / 1000 };
      await page.evaluate((stored) => putIntoDatabase(stored), answer);
      const [one, other] = [await stage.user.tab(), await stage.user.tab()];
      expect([await ask(one), await ask(other)]).toEqual([SERVED, SERVED]);
      expect([await ask(one, HOUR), await ask(other, HOUR - 60_000)]).toEqual([SERVED, SERVED]);
      expect(stage.site.server.counters).toMatchObject({
        redemptions: 1,
        rotations: 1,
        reuseDetections: 0,
      });
    });
  });

  it('a write that took too long is not made later, when the browser is free again', async () => {
    const [page, blocking] = [await stage.user.tab(), await stage.user.tab()];
    expect(await page.evaluate(() => writeToStore(1))).toBe('written');
    await blocking.evaluate(() => blockDatabase());
    expect(await page.evaluate(() => writeToStore(2))).toBe('TimeoutError');
    await blocking.evaluate(() => unblockDatabase());
    expect(await page.evaluate(() => takeFromDatabase())).toMatchObject({ value: { gen: 1 } });
  });

  it('a page that may store nothing says so, and sends no request with a token', async () => {
    const page = await stage.user.blank();
    await page.goto(stage.site.url('tab', { sandboxed: true }));
    await page.evaluate(() => tab.open({ whenSignedOut: 'reject' }));
    const { errors } = await ask(page);
    expect(errors).toEqual(['ERR_REFRESH_UNAVAILABLE']);
    expect(await page.evaluate(() => tab.lastCause())).toEqual({
      code: 'SecurityError',
      message: expect.stringContaining('lets this page store nothing'),
    });
  });
}

/** Workers, which share the session with their pages. */
function workersOfAPage(stage: Stage): void {
  describe.each<WorkerKind>(['worker', 'shared worker', 'service worker'])(
    'a %s of the page',
    (worker) => {
      const tell = (page: Page, order: WorkerOrder) =>
        page.evaluate((who, what) => tellWorker(who, what), worker, order);

      it('is one more that shares the session: what it refreshes is for all, and a sign-out in a tab ends it there', async () => {
        const [page, other] = [await stage.user.tab(), await stage.user.tab()];
        await signIn(page, stage.site);
        expect(await ask(other)).toEqual(SERVED);
        expect(await tell(page, { ask: HOUR })).toEqual(SERVED);
        for (const each of [page, other]) {
          await each.evaluate(() => tab.toldOf('refreshed'));
          expect(await ask(each, HOUR - 60_000)).toEqual(SERVED);
        }
        expect(stage.site.server.counters).toMatchObject({
          redemptions: 1,
          rotations: 1,
          reuseDetections: 0,
        });
        await other.evaluate(() => tab.signOut());
        await tell(page, { toldOf: 'signedOut' });
        expect(await tell(page, { ask: HOUR })).toEqual({ statuses: [401], errors: [] });
        expect(stage.site.server.counters).toMatchObject({ redemptions: 1 });
      });

      it('and the tabs refresh once, when all find the token expired at the same moment', async () => {
        const [page, other] = [await stage.user.tab(), await stage.user.tab()];
        await signIn(page, stage.site);
        for (const each of [page, other]) expect(await ask(each)).toEqual(SERVED);
        expect(await tell(page, { ask: 0 })).toEqual(SERVED);
        const answers = await Promise.all([
          ask(page, HOUR),
          ask(other, HOUR),
          tell(page, { ask: HOUR }),
        ]);
        expect(answers).toEqual([SERVED, SERVED, SERVED]);
        expect(stage.site.server.counters).toMatchObject({
          redemptions: 1,
          rotations: 1,
          reuseDetections: 0,
        });
      });
    },
  );

  it('a worker that is ended while it holds the lock costs nothing: the page goes on at once', async () => {
    const page = await stage.user.tab();
    await signIn(page, stage.site);
    await page.evaluate(
      (advance) => tellWorker('worker', { ask: advance, catch: 'F6 before the call' }),
      HOUR,
    );
    await page.evaluate(() => endWorker());
    expect(await ask(page, HOUR)).toEqual(SERVED);
    expect(stage.site.server.counters).toMatchObject({
      redemptions: 1,
      rotations: 1,
      reuseDetections: 0,
    });
  });

  it.each([
    ['that has none', () => Reflect.deleteProperty(globalThis, 'BroadcastChannel')],
    [
      'that may not use it, as in Firefox where cookies are blocked',
      () =>
        Reflect.set(globalThis, 'BroadcastChannel', function refused() {
          throw new DOMException('', 'SecurityError');
        }),
    ],
  ])(
    'a page is no worse than late without BroadcastChannel, %s: it reads what others stored when its token is due, and when it is looked at again',
    async (_how, without) => {
      const [page, other] = [await stage.user.blank(), await stage.user.tab()];
      await page.goto(stage.site.url('tab'));
      await page.evaluate(without);
      await page.evaluate(() => tab.open());
      await signIn(page, stage.site);
      expect(await ask(other, HOUR)).toEqual(SERVED);
      expect(await ask(page, HOUR)).toEqual(SERVED);
      expect(stage.site.server.counters).toMatchObject({
        redemptions: 1,
        rotations: 1,
        reuseDetections: 0,
      });
      await other.bringToFront();
      await other.evaluate(() => tab.signOut());
      await page.bringToFront();
      await page.evaluate(() => tab.toldOf('signedOut'));
    },
  );
}

describe.each([CHROMIUM, FIREFOX].map((kind) => ({ kind, title: kind.title })))(
  '$title',
  ({ kind }) => {
    (kind.mayRun ? describe : describe.skip)('with several tabs', () => {
      const stage = stageIn(kind);
      tabsThatEnd(stage);
      frozenTabs(stage);
      tabsThatTakeTurns(stage);
      storageOfABrowser(stage);
      workersOfAPage(stage);
    });
  },
);

(CHROMIUM.mayRun ? describe : describe.skip)(
  `${CHROMIUM.title}, where a test can tell the browser what to do`,
  () => {
    const stage = stageIn(CHROMIUM);

    it('a page keeps its place in the back/forward cache, and reads the store when it comes back', async () => {
      const [page, other] = [await stage.user.tab(), await stage.user.tab()];
      await signIn(page, stage.site);
      expect(await ask(page)).toEqual(SERVED);
      await page.goto(stage.site.elsewhere);
      expect(await ask(other, HOUR)).toEqual(SERVED);
      await page.evaluate(() => history.back());
      await page.waitForFunction(() => 'tab' in globalThis);
      await page.evaluate(() => tab.toldOf('refreshed')); // it is the same page still, that has heard of the session before
      expect(await ask(page, HOUR - 60_000)).toEqual(SERVED);
      expect(stage.site.server.counters).toMatchObject({
        redemptions: 1,
        rotations: 1,
        reuseDetections: 0,
      });
    });

    it('site data that the user clears is a sign-out in all tabs', async () => {
      const [page, other] = [await stage.user.tab(), await stage.user.tab()];
      await signIn(page, stage.site);
      expect(await ask(other)).toEqual(SERVED);
      const session = await page.createCDPSession();
      await session.send('Storage.clearDataForOrigin', {
        origin: new URL(stage.site.elsewhere).origin,
        storageTypes: 'indexeddb',
      });
      await Promise.all([page, other].map((one) => one.evaluate(() => tab.toldOf('signedOut'))));
      expect(await ask(other)).toEqual({ statuses: [401], errors: [] });
    });

    it('a browser without room is an error that says so, nothing has changed, and all is well when there is room', async () => {
      const page = await stage.user.tab();
      const session = await page.createCDPSession();
      const { origin } = new URL(stage.site.elsewhere);
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1 });
      expect(await trySignIn(page, stage.site)).toBe('ERR_REFRESH_UNAVAILABLE');
      expect(await page.evaluate(() => tab.lastCause())).toEqual({
        code: 'QuotaExceededError',
        message: expect.stringContaining('no room left'),
      });
      expect(await page.evaluate(() => tab.lastError())).toMatchObject({ delivery: 'answered' });
      expect(await page.evaluate(() => tab.status())).toBe('unknown');
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      await signIn(page, stage.site);
      expect(await ask(page)).toEqual(SERVED);
    });

    it('a database that somebody holds open while it is being deleted is an error in time, and all is well afterwards', async () => {
      const [page, holder] = [await stage.user.tab(), await stage.user.tab()];
      await signIn(page, stage.site);
      await holder.evaluate(() => holdDatabase());
      await page.evaluate(() => void deleteDatabase('unexpired'));
      const late = await stage.user.tab();
      await late.evaluate(() => tab.open({ whenSignedOut: 'reject' }));
      expect((await ask(late)).errors).toEqual(['ERR_REFRESH_UNAVAILABLE']);
      expect(await late.evaluate(() => tab.lastCause())).toEqual({
        code: 'TimeoutError',
        message: expect.stringContaining('another tab may be stuck'),
      });
      await holder.close();
      await signIn(late, stage.site);
      expect(await ask(late)).toEqual(SERVED);
    });
  },
);
