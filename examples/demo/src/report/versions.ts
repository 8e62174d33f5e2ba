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
  const manifest = JSON.parse(
    await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
  ) as {
    dependencies: Record<string, string>;
  };
  const packages = PACKAGES.map((name) => `${name} ${manifest.dependencies[name]}`);
  return `Node ${process.versions.node}, ${packages.join(', ')}.`;
}
