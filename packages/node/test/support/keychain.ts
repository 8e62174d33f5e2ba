import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, it } from '@jest/globals';
import { desktopFor, hasKeychain, type Login, quoted } from './desktop.ts';

/** What came of one run of `programs/keychain.ts`. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
}

/** Ms for which one session of the desktop may last. */
const MOST = 60_000;

const PROGRAM = fileURLToPath(new URL('../programs/keychain.ts', import.meta.url));
const SOURCES = new URL('../../../../test/support/sources.mjs', import.meta.url).href;

/**
 * Runs `programs/keychain.ts` once for each list of arguments, all at once, in a session of the desktop that ends with
 * them. `home` has the keychain, and what else the person has.
 */
export async function atDesktop(
  home: string,
  login: Login,
  runs: readonly (readonly string[])[],
  execArgv: readonly string[] = [],
): Promise<Outcome[]> {
  const program = [process.execPath, '--no-warnings', '--import', SOURCES, ...execArgv, PROGRAM];
  const commands = runs.map((args) => [...program, ...args].map(quoted).join(' '));
  const script = `${commands.map((one) => `${one} &`).join(' ')} wait`;
  const { command, args, env } = await desktopFor(home, login, script);
  const { stdout } = await promisify(execFile)(command, args, { env, timeout: MOST });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome);
}

/** Tests that need a keychain get Debian's. Without it on the machine they are skipped, and say so; in CI that is a failure. */
export function withKeychain(name: string, tests: () => void): void {
  if (hasKeychain())
    return describe(`${name}, in a real keychain`, () => {
      tests();
    });
  const { skip } = it;
  const install = 'Debian: apt-get install gnome-keyring dbus-daemon';
  if (process.env['CI']) throw new Error(`CI must have gnome-keyring (${install})`);
  skip(`${name}: skipped, because gnome-keyring is not installed (${install})`, () => undefined);
}
