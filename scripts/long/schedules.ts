import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { wholeNumber } from '@unexpired/example-command-line';
import { optionsOf } from '../command-options.ts';
import { jestCommand } from '../jest-command.ts';

const USAGE = `npm run test:long -- schedules [--schedules N | --seeds N | --minutes N]

Plays random schedules on the core: N of them (200,000), 20,000 with each of N seeds, or for N minutes, in rounds
with a new seed each, which is printed before and at the end. Stops at the first rule that is broken; its schedule
and how to play it again are printed.`;

const ROUND = 20_000;
const TESTS = ['schedules', 'abandon'].map(
  (name) => `packages/core/test/properties/${name}.test.ts`,
);
const [minutes, wanted] = optionsOf(
  USAGE,
  { schedules: { type: 'string' }, seeds: { type: 'string' }, minutes: { type: 'string' } },
  (values) => {
    const number = (option: keyof typeof values): number | undefined => {
      const text = values[option];
      return text === undefined ? text : wholeNumber(`--${option}`, text, [1, 10_000_000]);
    };
    const limit = number('minutes');
    const bySeeds = number('seeds');
    const byDefault = limit === undefined ? 200_000 : Infinity;
    const inAll = number('schedules') ?? (bySeeds === undefined ? byDefault : bySeeds * ROUND);
    return [limit ?? Infinity, inAll];
  },
);
const started = performance.now();
const elapsed = (): number => (performance.now() - started) / 60_000;

const green: number[] = [];
let played = 0;
while (process.exitCode === undefined && played < wanted && elapsed() < minutes) {
  const runs = Math.min(ROUND, wanted - played);
  const seed = randomInt(2 ** 31);
  process.stdout.write(`\n${runs} schedules with UNEXPIRED_SEED=${seed}\n`);
  const { status } = spawnSync(process.execPath, jestCommand(TESTS), {
    env: { ...process.env, UNEXPIRED_RUNS: String(runs), UNEXPIRED_SEED: String(seed) },
    stdio: 'inherit',
  });
  if (status === 0) green.push(seed);
  else process.exitCode = status ?? 1;
  played += runs;
}
process.stdout.write(
  `${played} schedules in ${elapsed().toFixed(1)} minutes${process.exitCode === undefined ? '' : ', the last round broke a rule'}\n${green.length} seeds broke none: ${green.join(', ')}\n`,
);
