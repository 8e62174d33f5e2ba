import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { desktopFor, quoted } from '../../packages/node/test/support/desktop.ts';
import type { Packed } from '../../scripts/package-checks/packed-types.ts';
import type { App } from './app.ts';
import type { Policy } from './back-end.ts';
import { foldersOf, templatesOf } from './files.ts';
import { installFor } from './install.ts';
import { fill } from './page.ts';
import { startProgram } from './program.ts';
import { type Server, startServer } from './server.ts';

/** Where an app is played: a folder outside of the repository, with its packages in it. */
export interface Stage {
  readonly folder: string;
  /** Starts the back end, and writes the app's files, for it. */
  serve(policy: Policy): Promise<Server>;
  /** Writes the app's files, for an app without a back end: its hosts are those of the pages. */
  write(): void;
  /** Runs a program of its files to the end. Resolves with what it printed; rejects where it failed. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  /** The same in a session of the desktop, with a home and a keychain that are new. */
  runAtDesktop(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  /** Starts a server of its files. Resolves with the first that it prints of this kind. */
  start(
    args: readonly string[],
    wanted: RegExp,
    env?: Readonly<Record<string, string>>,
  ): Promise<string>;
  /** Called when the app is over, the last one first. */
  afterwards(end: () => Promise<unknown>): void;
}

export interface OpenStage extends Stage {
  close(): Promise<void>;
}

export async function stageFor(app: App, packed: Packed): Promise<OpenStage> {
  const folder = path.join(path.dirname(packed.project), 'apps', app.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await installFor(app, folder, packed);
  const ends: (() => Promise<unknown>)[] = [];
  return {
    folder,
    async serve(policy) {
      const server = await startServer(policy);
      ends.push(() => server.close());
      writeFiles(app, folder, server.origin);
      return server;
    },
    write: () => writeFiles(app, folder),
    run: (args, env = {}) => startProgram(folder, args, env).printed(),
    async runAtDesktop(args, env = {}) {
      const script = `exec ${[process.execPath, ...args].map(quoted).join(' ')}`;
      const desktop = await desktopFor(path.join(folder, 'home'), 'unlocked', script);
      return startProgram(folder, args, env, desktop).printed();
    },
    async start(args, wanted, env = {}) {
      const program = startProgram(folder, args, env);
      ends.push(() => program.stop());
      return program.prints(wanted);
    },
    afterwards: (end) => void ends.push(end),
    async close() {
      for (const end of ends.toReversed()) await end();
    },
  };
}

function writeFiles(app: App, to: string, origin?: string): void {
  for (const folder of foldersOf(app)) cpSync(folder, to, { recursive: true });
  for (const { folder, file } of templatesOf(app))
    writeFileSync(path.join(to, file), fill(readFileSync(path.join(folder, file), 'utf8'), origin));
}
