import { wholeNumber } from '@unexpired/example-command-line';
import { startPostgresServer } from '../../packages/postgres/test/support/postgres-server.ts';
import { long, ROUND } from '../../packages/service/test/proof/plan.ts';
import { prove } from '../../packages/service/test/proof/prove.ts';
import type { ProofRecord } from '../../packages/service/test/proof/record.ts';
import { tableText } from '../../packages/service/test/proof/table.ts';
import { verdict } from '../../packages/service/test/proof/verdict.ts';
import { optionsOf } from '../command-options.ts';

const USAGE = `npm run test:long -- broker [--minutes N]

The broker's proof of docs/service.md: 1,000 sessions and 50 clients for 150 s, or for N minutes. Says what was
seen; the exit status is 1 where a promise was broken.`;

const minutes = optionsOf(USAGE, { minutes: { type: 'string', default: '0' } }, (values) =>
  wholeNumber('--minutes', values.minutes, [0, 600]),
);
const rounds = Math.max(1, Math.round((minutes * 60) / ROUND));
const plan = long(rounds);
const started = performance.now();
const server = await startPostgresServer();
let record: ProofRecord;
try {
  record = await prove(plan, server, (line) => process.stdout.write(`  ${line}\n`));
} finally {
  await server.stop();
}
const findings = verdict(record);
process.stdout.write(
  `${plan.seconds} s under load, ${((performance.now() - started) / 1000).toFixed(0)} s in all:\n${tableText(record)}`,
);
for (const { rule, what } of findings) process.stdout.write(`BROKEN: ${rule}: ${what}\n`);
if (findings.length > 0) process.exitCode = 1;
