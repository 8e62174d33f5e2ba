import { expect, it } from '@jest/globals';
import { runShortLives } from './support/short-lives.ts';

it('processes that live for less than an intent does get past that of one that was killed, together: one redemption, and the session is kept', async () => {
  // 6.4 s: what the first of them sees of it is not enough, whatever the machine does.
  const plan = { life: 4000, most: 8, rotation: { grace: 8000 } } as const;
  const { lives, ...rest } = await runShortLives(plan);
  expect(lives).toBeGreaterThan(1);
  expect(rest).toEqual({ outcome: 'live', redemptions: 1, refusals: 0, revocations: 0, gen: 1 });
}, 120_000);
