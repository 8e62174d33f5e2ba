import { describe, expect, it } from '@jest/globals';
import { CHROMIUM } from './support/browsers.ts';
import { runTabs } from './support/fleet.ts';

(CHROMIUM.mayRun ? describe : describe.skip)(
  `${CHROMIUM.title}: 8 tabs of one site, on a server that ends the session when a refresh token comes twice`,
  () => {
    it('refresh once a round, and all requests are answered', async () => {
      expect(await runTabs(CHROMIUM, { tabs: 8, rounds: 10, requests: 5 })).toEqual({
        answered: 8 * 10 * 5,
        failures: [],
        odd: 0,
        redemptions: 10,
        rotations: 10,
        reuseDetections: 0,
      });
    }, 60_000);
  },
);
