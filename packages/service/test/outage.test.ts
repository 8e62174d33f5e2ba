import { describe, expect, it } from '@jest/globals';
import { model } from './outage/model.ts';
import type { Result } from './outage/plan.ts';
import { simulate } from './outage/simulate.ts';

const MINUTE = 60_000;
const plan = { sessions: 2000, replicas: 2, seed: 20261128, outage: 10 * MINUTE };

/** What there is to say of an outage, whether it was simulated or modelled. */
function expectRidden({ expired, untilOpen, untilHeard, probes, peak, caughtUp }: Result): void {
  expect(expired).toBe(0);
  expect(untilOpen + untilHeard + probes).toBeLessThan(100);
  expect(probes).toBeGreaterThanOrEqual(plan.outage / 30_000 - 1);
  expect(caughtUp).toBeLessThan(2 * MINUTE);
  expect(peak).toBeLessThan(plan.sessions / 20); // of a quarter that is due by then
}

describe('a provider that is down for 10 minutes, with tokens of an hour', () => {
  it('lets no token expire, and gets a probe now and then, and what is due again little by little', async () => {
    const result = await simulate({ ...plan, after: 5 * MINUTE, reads: 1, down: '503' });
    expectRidden(result);
    expect(result).toMatchObject({ reuses: 0, refused: 0, failures: [] });
    expect(result.reads).toBeGreaterThan(1000);
    expect(result.redemptions).toBeGreaterThan(plan.sessions / 2);
  }, 120_000);

  it('is no worse for the model by which a million sessions are counted, and has no echo one lifetime later', async () => {
    const result = await model({ ...plan, after: 60 * MINUTE });
    expectRidden(result);
    expect(result.echo).toBeLessThan(3 * result.usual);
  });
});
