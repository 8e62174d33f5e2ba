import { readFileSync } from 'node:fs';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { runTool } from '../command.ts';
import { concurrently } from '../concurrently.ts';
import type { Step } from '../steps/step.ts';
import { readManifest } from '../workspace.ts';
import type { PackedPackage, Packing } from './packed-types.ts';

/** Is what gets published found by every runtime, bundler and compiler? publint and Are The Types Wrong, on the tarballs. */
export function contentsStep(packing: Packing): Step {
  return {
    name: 'packages',
    run: async () => {
      const { packages } = await packing.get();
      const found = await concurrently(packages, async (one) => [
        ...(await publintProblems(one)),
        ...(await typeProblems(one)),
      ]);
      const problems = found.flat();
      return {
        ok: problems.length === 0,
        output: problems.join('\n\n'),
        note: packages.map(({ name }) => name).join(', '),
      };
    },
  };
}

async function publintProblems(one: PackedPackage): Promise<string[]> {
  const tarball = new Uint8Array(readFileSync(one.tarball)).buffer;
  const { messages } = await publint({ pack: { tarball }, strict: true });
  return messages.map(
    (message) =>
      `${one.name}: ${formatMessage(message, readManifest(one.folder), { color: false })}`,
  );
}

async function typeProblems(one: PackedPackage): Promise<string[]> {
  const result = await runTool(
    '@arethetypeswrong/cli',
    [one.tarball, '--profile', 'strict', '--format', 'ascii', '--no-emoji'],
    {
      bin: 'attw',
    },
  );
  return result.ok ? [] : [`${one.name}:\n${result.output}`];
}
