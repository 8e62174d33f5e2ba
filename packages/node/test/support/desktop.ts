import { accessSync, constants } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/** How a session of the desktop begins. */
export type Login = 'unlocked' | 'locked' | 'without a keychain' | 'without a bus';

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

/** What to start, and in which environment, so that a script of the shell runs in a session of the desktop that ends with it. */
export interface Desktop {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** `home` has the keychain, and what else the person has; nothing of whoever runs the test is in it. */
export async function desktopFor(home: string, login: Login, script: string): Promise<Desktop> {
  await mkdir(path.join(home, 'run'), { recursive: true, mode: 0o700 });
  const env = {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_RUNTIME_DIR: path.join(home, 'run'),
  };
  if (login === 'without a bus') return { command: 'sh', args: ['-c', script], env };
  const args = ['--', 'sh', '-c', `${DAEMON[login]}; ${script}`];
  return { command: 'dbus-run-session', args, env };
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Has this machine a keychain to start? */
export const hasKeychain = (): boolean =>
  isInstalled('gnome-keyring-daemon') && isInstalled('dbus-run-session');

const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
