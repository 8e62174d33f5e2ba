import { simulatedServer } from '@unexpired/testing';
import type { Page } from 'puppeteer-core';
import type { Kind } from '../../../../test/support/browsers.ts';
import { startSite } from './site.ts';

/** What became of many tabs of one site. */
export interface FleetResult {
  /** Requests answered with 200. */
  readonly answered: number;
  /** Codes of the errors, and status codes, of the others. */
  readonly failures: readonly string[];
  /** Rounds in which the token endpoint was not called exactly once. */
  readonly odd: number;
  readonly redemptions: number;
  readonly rotations: number;
  readonly reuseDetections: number;
}

const HOUR = 3_600_000;
/** A token that is refused sooner counts as one that was no good from the start, and is not replaced. */
const A_WHILE = 300_000;

/**
 * Lets so many real tabs live through so many rounds, `requests` at once from each in every one. By turns the access
 * token has expired, which all tabs find by the clock at the same moment, and was ended by the server, which they learn
 * from a 401.
 */
export async function runTabs(
  kind: Kind,
  plan: {
    readonly tabs: number;
    readonly rounds: number;
    readonly requests: number;
    /** Under which the tabs see the site. */
    readonly host?: string | undefined;
    readonly progress?: (round: number) => void;
  },
): Promise<FleetResult> {
  const browser = await kind.start();
  const site = await startSite();
  const server = simulatedServer({ mode: 'revokes', accessTokenLifetime: HOUR });
  site.server = server;
  try {
    const tabs: Page[] = [];
    for (let count = 0; count < plan.tabs; count++) {
      const page = await browser.newPage();
      await page.goto(site.url('tab', plan.host === undefined ? {} : { host: plan.host }));
      await page.evaluate(() => tab.open());
      tabs.push(page);
    }
    const [first] = tabs as [Page];
    await first.evaluate((answer) => tab.setSession(answer), server.login());

    let [answered, odd] = [0, 0];
    const failures: string[] = [];
    for (let round = 1; round <= plan.rounds; round++) {
      const before = server.counters.redemptions;
      if (round % 2 === 0) server.endAccessTokens();
      const order = { advance: round % 2 === 0 ? A_WHILE : HOUR, requests: plan.requests };
      await Promise.all(tabs.map((page) => page.evaluate((what) => tab.prepare(what), order)));
      await first.evaluate(() => tab.start());
      const answers = await Promise.all(tabs.map((page) => page.evaluate(() => tab.prepared())));
      const statuses = answers.flatMap((one) => one.statuses);
      answered += statuses.filter((status) => status === 200).length;
      failures.push(
        ...answers.flatMap((one) => one.errors),
        ...statuses.filter((status) => status !== 200).map(String),
      );
      if (server.counters.redemptions !== before + 1) odd++;
      plan.progress?.(round);
    }
    const { redemptions, rotations, reuseDetections } = server.counters;
    return { answered, failures, odd, redemptions, rotations, reuseDetections };
  } finally {
    await browser.close();
    await site.close();
  }
}
