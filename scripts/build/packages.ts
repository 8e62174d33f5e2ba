import { existsSync } from 'node:fs';
import path from 'node:path';
import { runTool } from '../command.ts';
import { concurrently } from '../concurrently.ts';
import { type Package, publicPackages } from '../workspace.ts';
import { forgetBuild, inputKey, isBuilt, rememberBuild } from './stamp.ts';

/**
 * Builds what changed, the packages below first: where a dependency has no declarations yet, the bundler writes `any`
 * into those of the package above and says nothing.
 */
export async function buildPackages(): Promise<void> {
  const inputs = new Map<string, Promise<string>>();
  // Those below come first in the list, so whoever is waited for here has been begun.
  await concurrently(publicPackages(), (one) => {
    const input = keepBuilt(one, Promise.all(one.uses.flatMap((name) => inputs.get(name) ?? [])));
    inputs.set(one.name, input);
    return input;
  });
}

/** What the package was built from, once it is. */
async function keepBuilt(one: Package, below: Promise<readonly string[]>): Promise<string> {
  if (!existsSync(path.join(one.folder, 'src', 'index.ts')))
    throw new Error(`${one.name} has no src/index.ts to build from`);
  const input = inputKey(one, await below);
  if (!isBuilt(one, input)) await build(one, input);
  return input;
}

async function build(one: Package, input: string): Promise<void> {
  process.stderr.write(`Building ${one.name} ...\n`);
  forgetBuild(one);
  const { ok, output } = await runTool('tsdown', [], { cwd: one.folder });
  if (!ok) throw new Error(`${one.name} could not be built:\n${essence(output)}`);
  rememberBuild(one, input);
}

// The bundler's progress and the stack of its own code help nobody to find the mistake.
function essence(output: string): string {
  return output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^(ℹ|Emit types|\s+at )/.test(line))
    .join('\n');
}
