import { readFile } from 'node:fs/promises';

const PACKAGES = [
  'axios',
  'ky',
  'axios-auth-refresh',
  '@modelcontextprotocol/client',
  'oidc-provider',
];

/** What was run, so that a report can be read a year later. */
export async function versionsText(): Promise<string> {
  const versions = {
    ...(await dependenciesOf(
      new URL(import.meta.resolve('@unexpired/example-contenders/package.json')),
    )),
    ...(await dependenciesOf(new URL('../../package.json', import.meta.url))),
  };
  const packages = PACKAGES.map((name) => `${name} ${versions[name]}`);
  return `Node ${process.versions.node}, ${packages.join(', ')}.`;
}

async function dependenciesOf(manifest: URL): Promise<Readonly<Record<string, string>>> {
  const { dependencies } = JSON.parse(await readFile(manifest, 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return dependencies;
}
