import { describe, expect, it } from '@jest/globals';
import { CHROMIUM, FIREFOX, INSECURE_HOST } from '../../../test/support/browsers.ts';
import { runTabs } from './support/fleet.ts';

describe.each([
  { kind: CHROMIUM, title: CHROMIUM.title, rounds: 10 },
  { kind: FIREFOX, title: FIREFOX.title, rounds: 4 },
])('$title', ({ kind, rounds }) => {
  (kind.mayRun ? describe : describe.skip)(
    '8 tabs of one site, on a server that ends the session when a refresh token comes twice',
    () => {
      it.each([
        ['with Web Locks', undefined],
        ['on plain http, where there are none', INSECURE_HOST],
      ])(
        'refresh once a round, and all requests are answered, %s',
        async (_where, host) => {
          expect(await runTabs(kind, { tabs: 8, rounds, requests: 5, host })).toEqual({
            answered: 8 * rounds * 5,
            failures: [],
            odd: 0,
            redemptions: rounds,
            rotations: rounds,
            reuseDetections: 0,
          });
        },
        60_000,
      );
    },
  );
});
