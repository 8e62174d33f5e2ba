import { describe, expect, it } from '@jest/globals';
import { CHROMIUM, FIREFOX } from './support/browsers.ts';
import { runTabs } from './support/fleet.ts';

describe.each([
  { kind: CHROMIUM, title: CHROMIUM.title, rounds: 10 },
  { kind: FIREFOX, title: FIREFOX.title, rounds: 4 },
])('$title', ({ kind, rounds }) => {
  (kind.mayRun ? describe : describe.skip)(
    '8 tabs of one site, on a server that ends the session when a refresh token comes twice',
    () => {
      it('refresh once a round, and all requests are answered', async () => {
        expect(await runTabs(kind, { tabs: 8, rounds, requests: 5 })).toEqual({
          answered: 8 * rounds * 5,
          failures: [],
          odd: 0,
          redemptions: rounds,
          rotations: rounds,
          reuseDetections: 0,
        });
      }, 60_000);
    },
  );
});
