import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Chromium as Debian installs it, or the one that `CHROMIUM` names. `undefined`: there is none. */
export const chromiumPath: string | undefined = [
  process.env['CHROMIUM'],
  ...onSearchPath('chromium'),
  ...onSearchPath('chromium-browser'),
].find((file) => file && existsSync(file));

/** What a suite that needs Chromium says where it is left out. In CI it is not left out: there, its start fails. */
export const WITHOUT_CHROMIUM =
  'skipped, because no Chromium was found: `apt-get install chromium`, or name one in the variable CHROMIUM';

export const mayRunChromium: boolean = chromiumPath !== undefined || Boolean(process.env['CI']);

/** Nothing of it talks to the network by itself. */
export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--no-sandbox', // which root may not use
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts it with a fresh profile. */
export async function startChromium(): Promise<Browser> {
  if (chromiumPath === undefined)
    throw new Error(`In CI this suite is not left out. It would be ${WITHOUT_CHROMIUM}`);
  return chromium.launch({ executablePath: chromiumPath, args: [...CHROMIUM_ARGUMENTS] });
}

function onSearchPath(program: string): string[] {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program));
}
