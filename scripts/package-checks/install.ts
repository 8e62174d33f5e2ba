import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../command.ts';
import { root } from '../workspace.ts';
import type { PackedPackage } from './packed-types.ts';

/** What the users of the type tests have installed besides. */
const USERS_HAVE = ['@types/node', '@types/pg', 'axios', 'undici'];

/**
 * Lays the tarballs out as an installation would, and beside them what they depend on, linked from here: the same
 * result as `npm install` of the tarballs, without a network.
 */
export async function installPacked(
  packages: readonly PackedPackage[],
  project: string,
): Promise<void> {
  const modules = path.join(project, 'node_modules');
  mkdirSync(modules, { recursive: true });
  writeFileSync(
    path.join(project, 'package.json'),
    '{ "name": "project", "private": true, "type": "module" }\n',
  );
  for (const one of packages) {
    const target = path.join(modules, one.name);
    mkdirSync(target, { recursive: true });
    const result = await runCommand('tar', [
      '-xzf',
      one.tarball,
      '-C',
      target,
      '--strip-components',
      '1',
    ]);
    if (!result.ok) throw new Error(`${one.tarball} could not be unpacked:\n${result.output}`);
  }
  const ours = new Set(packages.map(({ name }) => name));
  for (const one of packages) {
    const needed = { ...one.manifest.dependencies, ...one.manifest.peerDependencies };
    for (const name of Object.keys(needed))
      if (!ours.has(name))
        link(path.join(one.folder, 'node_modules', name), path.join(modules, name));
  }
  for (const name of USERS_HAVE)
    link(path.join(root, 'node_modules', name), path.join(modules, name));
}

function link(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(path.dirname(to), { recursive: true });
  symlinkSync(realpathSync(from), to, 'junction');
}
