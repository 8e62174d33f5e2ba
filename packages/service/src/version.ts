import { readFileSync } from 'node:fs';

/** The version of this package. The file is as far from this module in the sources as it is in what is built of them. */
export function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
