import { wholeNumber } from '@unexpired/example-command-line';
import { CHROMIUM, FIREFOX } from '../../test/support/browsers.ts';
import { runTabs } from '../../packages/browser/test/support/fleet.ts';
import { optionsOf } from '../command-options.ts';

const USAGE = `npm run test:long -- tabs [--rounds N] [--tabs N]

Real tabs (8) in Chromium and in Firefox over many rounds each (100), against a server that ends the session when
a refresh token comes twice. A browser that is not there is said to be left out.`;

const { rounds, tabs } = optionsOf(
  USAGE,
  { rounds: { type: 'string', default: '100' }, tabs: { type: 'string', default: '8' } },
  (values) => ({
    rounds: wholeNumber('--rounds', values.rounds, [1, 100_000]),
    tabs: wholeNumber('--tabs', values.tabs, [1, 100]),
  }),
);
const requests = 5;

for (const kind of [CHROMIUM, FIREFOX]) {
  if (!kind.mayRun) {
    process.stdout.write(`${kind.title}\n`);
    continue;
  }
  const started = performance.now();
  const progress = (round: number): unknown =>
    round % 25 === 0 && process.stdout.write(`  ${round} of ${rounds} rounds\n`);
  const { answered, failures, odd, redemptions, rotations, reuseDetections } = await runTabs(kind, {
    rounds,
    tabs,
    requests,
    progress,
  });
  process.stdout.write(
    `${kind.name}, ${tabs} tabs, ${rounds} rounds: ${redemptions} redemptions, ${reuseDetections} reuse detections, ${odd} odd rounds, ` +
      `${answered} of ${tabs * rounds * requests} requests answered ${[...new Set(failures)].join(' ')}` +
      `(${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  );
  if (
    answered !== tabs * rounds * requests ||
    odd + reuseDetections > 0 ||
    redemptions !== rounds ||
    rotations !== rounds
  )
    process.exitCode = 1;
}
