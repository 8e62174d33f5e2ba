// `npm run compat`: runs the adapters' contract with every client, and writes the README's compatibility table from the results.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from './command.ts';
import { contractResults, reportFile } from './compat/results.ts';
import { withTable } from './compat/table.ts';
import { jestCommand } from './jest-command.ts';
import { cacheFolder, root } from './workspace.ts';

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
if (ok) {
  const readme = path.join(root, 'README.md');
  writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), contractResults()));
} else {
  process.stdout.write(output);
  process.exitCode = 1;
}
