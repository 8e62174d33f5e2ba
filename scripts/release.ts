import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand, runTool } from './command.ts';
import { Mistake } from '@unexpired/example-command-line';
import { optionsOf } from './command-options.ts';
import { missingAnswers } from './derived/owner.ts';
import { packing } from './package-checks/packed.ts';
import { root } from './workspace.ts';

const USAGE = `npm run release -- --dry-run

What would be in a release, and what is missing before it. Publishes nothing: that is done from CI, where npm
attests the origin of packages (RELEASING.md).`;

optionsOf(USAGE, { 'dry-run': { type: 'boolean', default: false } }, (values) => {
  if (!values['dry-run'])
    throw new Mistake(
      'Packages are published from CI, where npm attests their origin: RELEASING.md',
    );
});
await rehearse();

async function rehearse(): Promise<void> {
  const plan = await runTool('@changesets/cli', ['status', '--verbose'], { bin: 'changeset' });
  process.stdout.write(plan.output);
  if (!plan.ok) process.exitCode = 1;
  await showContents();
  const missing = missingAnswers(readFileSync(path.join(root, 'RELEASING.md'), 'utf8'));
  if (missing.length === 0) return;
  const list = missing.map((line) => `  ${line}`).join('\n');
  process.stderr.write(`Only the owner knows, and RELEASING.md does not say yet:\n${list}\n`);
  process.exitCode = 1;
}

/** Every file of every package, as it would be published. */
async function showContents(): Promise<void> {
  const packed = packing();
  try {
    for (const { name, manifest, tarball } of (await packed.get()).packages) {
      const { output } = await runCommand('tar', ['-tzf', tarball]);
      process.stdout.write(
        `${name} ${manifest.version}\n${output.replaceAll(/^package\//gm, '  ')}\n`,
      );
    }
  } finally {
    packed.clear();
  }
}
