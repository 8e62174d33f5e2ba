import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildPackages } from '../build/packages.ts';
import { runCommand } from '../command.ts';
import { type Package, publicPackages, readManifest, root } from '../workspace.ts';
import { installPacked } from './install.ts';

export interface PackedPackage extends Package {
  tarball: string;
}

export interface Packed {
  packages: PackedPackage[];
  /** A folder outside of the repository, in whose node_modules the tarballs are, as in a user's project. */
  project: string;
}

export interface Packing {
  /** Packs at the first call. */
  get(): Promise<Packed>;
  /** Removes what was packed. */
  clear(): void;
}

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
  const packages: PackedPackage[] = [];
  for (const one of publicPackages()) packages.push({ ...one, tarball: await packOne(one, folder) });
  const project = path.join(folder, 'project');
  await installPacked(packages, project);
  return { packages, project };
}

async function packOne(one: Package, folder: string): Promise<string> {
  const destination = path.join(folder, one.id);
  const { packageManager } = readManifest(root);
  // pnpm, because it writes real versions where package.json says workspace:. Windows starts npx through a shell,
  // which needs the quotes; the folder's name is ours and the system's.
  const isWindows = process.platform === 'win32';
  const target = isWindows ? `"${destination}"` : destination;
  const result = await runCommand('npx', ['-y', packageManager ?? 'pnpm', 'pack', '--pack-destination', target], {
    cwd: one.folder,
    shell: isWindows,
  });
  if (!result.ok) throw new Error(`${one.name} could not be packed:\n${result.output}`);
  const [file] = readdirSync(destination);
  if (file === undefined) throw new Error(`packing ${one.name} left no tarball:\n${result.output}`);
  return path.join(destination, file);
}
