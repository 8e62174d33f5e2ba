// `npm run release -- --dry-run`: what is missing before a release, and what would be in it. It publishes nothing.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand, runTool } from './command.ts';
import { missingAnswers } from './derived/owner.ts';
import { packing } from './package-checks/packed.ts';
import { root } from './workspace.ts';

if (process.argv.slice(2).join(' ') === '--dry-run') await rehearse();
else {
  process.stderr.write(
    'usage: npm run release -- --dry-run\nPackages are published from CI, where npm attests their origin: RELEASING.md\n',
  );
  process.exitCode = 1;
}

async function rehearse(): Promise<void> {
  const plan = await runTool('@changesets/cli', ['status', '--verbose'], { bin: 'changeset' });
  process.stdout.write(plan.output);
  if (!plan.ok) process.exitCode = 1;
  const missing = missingAnswers(readFileSync(path.join(root, 'RELEASING.md'), 'utf8'));
  if (missing.length > 0) {
    const list = missing.map((line) => `  ${line}`).join('\n');
    process.stderr.write(`Only the owner knows, and RELEASING.md does not say yet:\n${list}\n`);
    process.exitCode = 1;
    return;
  }
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
