// `npm run compat`: runs the adapters' contract with every client, and writes the tables of docs/compat.md and the README from the results.
import { mkdirSync, rmSync } from 'node:fs';
import { runCommand } from './command.ts';
import { writePages } from './compat/pages.ts';
import { contractResults, reportFile } from './compat/results.ts';
import { jestCommand } from './jest-command.ts';
import { cacheFolder } from './workspace.ts';

mkdirSync(cacheFolder, { recursive: true });
rmSync(reportFile, { force: true });
const { ok, output } = await runCommand(
  process.execPath,
  jestCommand([
    '--json',
    `--outputFile=${reportFile}`,
    'packages/[a-z-]+/test/[a-z-]+\\.contract\\.test',
  ]),
);
if (ok) writePages(contractResults());
else {
  process.stdout.write(output);
  process.exitCode = 1;
}
