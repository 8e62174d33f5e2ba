// `npm run test:long -- short-lived [--seconds N]`: processes that live for 5 s each, after one that was killed with SIGKILL and has
// left its intent in a table without a lock. The server is strict, so the intent has 80 s.
import { parseArgs } from 'node:util';
import { runShortLives } from '../../packages/node/test/support/short-lives.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string' } } });
const seconds = Number(values.seconds ?? 5);
const result = await runShortLives({ life: seconds * 1000, most: 100, rotation: 'strict' });
const { lives, outcome, redemptions, refusals, revocations, gen } = result;
process.stdout.write(
  `${lives} processes of ${seconds} s each: ${outcome}, ${redemptions} redemptions, ${refusals} refused, ${revocations} sessions revoked\n`,
);
if (outcome !== 'live' || redemptions !== 1 || refusals + revocations > 0 || gen !== 1)
  process.exitCode = 1;
