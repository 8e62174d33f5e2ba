import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { root } from '../../scripts/workspace.ts';

/** A script and all that it imports, from the sources, as one text that a page can run. */
export async function bundleForPage(script: URL): Promise<string> {
  // By esbuild's program: its JavaScript API does not work inside of jest.
  const esbuild = createRequire(import.meta.url).resolve('esbuild/bin/esbuild');
  const args = [
    fileURLToPath(script),
    '--bundle',
    '--format=iife',
    `--tsconfig=${path.join(root, 'tsconfig.check.json')}`,
  ];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [esbuild, ...args, '--log-level=error'],
    { maxBuffer: 2 ** 26 },
  );
  return stdout;
}
