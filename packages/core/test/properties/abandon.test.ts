import { expect, it } from '@jest/globals';
import { provesAbandonment } from './abandon.ts';
import { loadCore } from './simulation/core.ts';

it('P5: a waiter who leaves changes nothing that others can see', async () => {
  expect(await provesAbandonment(await loadCore(), { runs: 600, seed: Number(process.env['UNEXPIRED_SEED'] ?? 20261121) })).toBeUndefined();
}, 120_000);
