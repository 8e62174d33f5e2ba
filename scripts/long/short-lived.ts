import { wholeNumber } from '@unexpired/example-command-line';
import { runShortLives } from '../../packages/node/test/support/short-lives.ts';
import { optionsOf } from '../command-options.ts';

const USAGE = `npm run test:long -- short-lived [--seconds N]

Processes that live for N seconds each (5), after one that was killed with SIGKILL and has left its intent in a
table without a lock. The server is strict, so the intent has 80 s.`;

const seconds = optionsOf(USAGE, { seconds: { type: 'string', default: '5' } }, (values) =>
  wholeNumber('--seconds', values.seconds, [1, 60]),
);
const result = await runShortLives({ life: seconds * 1000, most: 100, rotation: 'strict' });
const { lives, outcome, redemptions, refusals, revocations, gen } = result;
process.stdout.write(
  `${lives} processes of ${seconds} s each: ${outcome}, ${redemptions} redemptions, ${refusals} refused, ${revocations} sessions revoked\n`,
);
if (outcome !== 'live' || redemptions !== 1 || refusals + revocations > 0 || gen !== 1)
  process.exitCode = 1;
