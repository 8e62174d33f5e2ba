import { readFile } from 'node:fs/promises';

/** What was run, so that a report can be read a year later. */
export async function versionsOf(): Promise<string> {
  const manifest = new URL(import.meta.resolve('@unexpired/example-contenders/package.json'));
  const own = new URL('../../package.json', import.meta.url);
  const { dependencies } = JSON.parse(await readFile(manifest, 'utf8')) as Manifest;
  const { dependencies: ours } = JSON.parse(await readFile(own, 'utf8')) as Manifest;
  const packages = Object.entries({ ...dependencies, ...ours })
    .filter(([, version]) => !version.startsWith('workspace:'))
    .map(([name, version]) => `${name} ${version}`);
  return `Node ${process.versions.node}, ${packages.join(', ')}`;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
}
