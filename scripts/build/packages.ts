import { existsSync } from 'node:fs';
import path from 'node:path';
import { runTool } from '../command.ts';
import { type Package, publicPackages } from '../workspace.ts';
import { forgetBuild, inputKey, isBuilt, rememberBuild } from './stamp.ts';

/**
 * Builds what changed, the packages below first: where a dependency has no declarations yet, the bundler writes `any`
 * into those of the package above and says nothing.
 */
export async function buildPackages(): Promise<void> {
  const keys = new Map<string, string>();
  for (const one of publicPackages()) {
    if (!existsSync(path.join(one.folder, 'src', 'index.ts')))
      throw new Error(`${one.name} has no src/index.ts to build from`);
    const below = one.uses.map((name) => keys.get(name) ?? '');
    const input = inputKey(one, below);
    keys.set(one.name, input);
    if (!isBuilt(one, input)) await build(one, input);
  }
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
