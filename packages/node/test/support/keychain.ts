import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, it } from '@jest/globals';

/** What came of one run of `programs/keychain.ts`. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
}

/** How a session of the desktop begins. */
export type Login = 'unlocked' | 'locked' | 'without a keychain' | 'without a bus';

/** Ms for which one session of the desktop may last. */
const MOST = 60_000;

const PROGRAM = fileURLToPath(new URL('../programs/keychain.ts', import.meta.url));
const SOURCES = new URL('../../../../test/support/sources.mjs', import.meta.url).href;
/**
 * The daemon says that it is ready before it has its name on the bus. A program that asks in between has the bus start
 * another daemon, which is locked.
 */
const ON_THE_BUS =
  'until dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets | grep -q true; do :; done';
const DAEMON: Readonly<Record<Exclude<Login, 'without a bus'>, string>> = {
  unlocked: `printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; ${ON_THE_BUS}`,
  locked: `gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1; ${ON_THE_BUS}`,
  'without a keychain': ':',
};

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
  await mkdir(path.join(home, 'run'), { recursive: true, mode: 0o700 });
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_RUNTIME_DIR: path.join(home, 'run'),
  };
  const program = [process.execPath, '--no-warnings', '--import', SOURCES, ...execArgv, PROGRAM];
  const commands = runs.map((args) => [...program, ...args].map(quoted).join(' '));
  const script = `${login === 'without a bus' ? ':' : DAEMON[login]}; ${commands.map((one) => `${one} &`).join(' ')} wait`;
  const shell = ['-c', script];
  const options = { env, timeout: MOST };
  const { stdout } = await (login === 'without a bus'
    ? promisify(execFile)('sh', shell, options)
    : promisify(execFile)('dbus-run-session', ['--', 'sh', ...shell], options));
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Outcome);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });

/** Tests that need a keychain get Debian's. Without it on the machine they are skipped, and say so; in CI that is a failure. */
export function withKeychain(name: string, tests: () => void): void {
  if (isInstalled('gnome-keyring-daemon') && isInstalled('dbus-run-session'))
    return describe(`${name}, in a real keychain`, () => {
      tests();
    });
  const { skip } = it;
  const install = 'Debian: apt-get install gnome-keyring dbus-daemon';
  if (process.env['CI']) throw new Error(`CI must have gnome-keyring (${install})`);
  skip(`${name}: skipped, because gnome-keyring is not installed (${install})`, () => undefined);
}
