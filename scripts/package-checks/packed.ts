import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackages } from '../build/packages.ts';
import { runCommand } from '../command.ts';
import { type Package, publicPackages, readManifest, root } from '../workspace.ts';
import { installPacked } from './install.ts';
import type { Packed, Packing } from './packed-types.ts';

/** Every public package as it would be published, for all the steps that look at that. */
export function packing(): Packing {
  const folders: string[] = [];
  let packed: Promise<Packed> | undefined;
  return {
    get: () => {
      packed ??= pack(folders);
      return packed;
    },
    clear: () => {
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function pack(folders: string[]): Promise<Packed> {
  await buildPackages();
  const folder = mkdtempSync(path.join(tmpdir(), 'unexpired-packed-'));
  folders.push(folder);
  await packAll(folder);
  const packages = publicPackages().map((one) => ({
    ...one,
    tarball: path.join(folder, tarballName(one)),
  }));
  const project = path.join(folder, 'project');
  await installPacked(packages, project);
  return { packages, project };
}

// pnpm, because it writes real versions where package.json says workspace:.
async function packAll(folder: string): Promise<void> {
  const { packageManager } = readManifest(root);
  // Windows starts npx through a shell only, which needs the quotes; the folder's name is ours and the system's.
  const isWindows = process.platform === 'win32';
  const destination = isWindows ? `"${folder}"` : folder;
  const args = [
    '-y',
    packageManager ?? 'pnpm',
    '-r',
    '--filter',
    './packages/*',
    'pack',
    '--pack-destination',
    destination,
  ];
  const result = await runCommand('npx', args, { shell: isWindows });
  if (!result.ok) throw new Error(`the packages could not be packed:\n${result.output}`);
}

function tarballName({ name, manifest }: Package): string {
  return `${name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
}
