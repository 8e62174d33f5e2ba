import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { runCommand } from '../../scripts/command.ts';
import type { Packed } from '../../scripts/package-checks/packed-types.ts';
import { root } from '../../scripts/workspace.ts';
import type { App } from './app.ts';
import { foldersOf } from './files.ts';
import { installed } from './page.ts';

/** Where packages are that are not ours, beside those that ours bring. */
const HERE = [path.join(root, 'apps', 'node_modules'), path.join(root, 'node_modules')];
/** A version that a page asks for, as it is installed here. */
const ALIASES: Readonly<Record<string, string>> = { 'typescript@5': 'typescript-5.9' };

const isOurs = (name: string): boolean => /^(?:unexpired$|@unexpired\/)/.test(name);
const isOwn = (name: string, app: App): boolean =>
  foldersOf(app).some((folder) => existsSync(path.join(folder, name)));
const withoutVersion = (name: string): string => name.replace(/(?<=.)@.*/, '');

/** What an app has installed: what its pages tell to install, and what its author had. */
export const packagesOf = ({ pages, has }: App): string[] => [
  ...new Set([...installed(pages), ...has]),
];

/** Gives an app its packages: ours from the tarballs, the others from here. A package that its pages do not name is not found. */
export async function installFor(app: App, folder: string, packed: Packed): Promise<void> {
  if (app.npm) return installByNpm(app, folder, packed);
  const unpacked = path.join(packed.project, 'node_modules');
  for (const name of packagesOf(app)) {
    const to = path.join(folder, 'node_modules', withoutVersion(name));
    mkdirSync(path.dirname(to), { recursive: true });
    symlinkSync(placeOf(name, app, folder, unpacked), to, 'junction');
  }
}

/** As its author does it, with tarballs in the place of what is not published yet. */
async function installByNpm(app: App, folder: string, { packages }: Packed): Promise<void> {
  const names = new Set(packagesOf(app));
  const ours = packages.filter(({ name }) => names.has(name));
  const tarballs = packages
    .filter(({ name }) => ours.some((one) => one.name === name || one.uses.includes(name)))
    .map(({ tarball }) => tarball);
  const others = [...names].filter((name) => !isOurs(name));
  const { ok, output } = await runCommand(
    'npm',
    ['install', '--no-audit', '--no-fund', '--no-package-lock', ...tarballs, ...others],
    { cwd: folder, shell: process.platform === 'win32' },
  );
  if (!ok) throw new Error(`npm could not install ${[...names].join(', ')}:\n${output}`);
}

function placeOf(name: string, app: App, folder: string, unpacked: string): string {
  // What the app itself publishes is among its files.
  if (isOwn(name, app)) return path.join(folder, name);
  // What ours bring comes first: an app has one axios, and one msw.
  const found = [unpacked, ...HERE]
    .map((modules) => path.join(modules, ALIASES[name] ?? withoutVersion(name)))
    .find((place) => existsSync(place));
  if (found === undefined)
    throw new Error(`${app.id} needs ${name}: it belongs into apps/package.json`);
  return realpathSync(found);
}

/** `axios 1.21.1`, for each package of an app's folder that is not ours. */
export function versionsIn(folder: string, app: App): string[] {
  return packagesOf(app)
    .map(withoutVersion)
    .filter((name) => !isOurs(name) && !isOwn(name, app))
    .toSorted()
    .map((name) => {
      const file = path.join(folder, 'node_modules', name, 'package.json');
      return `${name} ${(JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version}`;
    });
}
