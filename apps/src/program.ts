import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Desktop } from '../../packages/node/test/support/desktop.ts';

/** A program of an app, in its folder. */
export interface Program {
  /** Runs to the end. Resolves with what it printed; rejects where it failed. */
  printed(): Promise<string>;
  /** The first text of this kind that it prints; rejects where it ends before that. */
  prints(wanted: RegExp): Promise<string>;
  /** Ends it with SIGTERM, if it has not ended. */
  stop(): Promise<void>;
}

/** A program that runs for so long hangs. */
const RUN_MS = 60_000;

/** Starts one with Node, or what a session of the desktop starts. Nothing of this machine's settings reaches it. */
export function startProgram(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  desktop?: Desktop,
): Program {
  const child = spawn(desktop?.command ?? process.execPath, desktop?.args ?? args, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1', ...env, ...desktop?.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_MS,
  });
  const said = text(child.stderr);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const failure = async (): Promise<Error> =>
    new Error(`${args.join(' ')} ended with ${await ended}:\n${await said}`);
  return {
    async printed() {
      const printed = await text(child.stdout);
      if ((await ended) !== 0) throw new Error(`${printed}${(await failure()).message}`);
      return printed;
    },
    async prints(wanted) {
      const found = lineWith(wanted, child.stdout);
      const early = ended.then(async () => {
        throw await failure();
      });
      return Promise.race([found, early]);
    },
    async stop() {
      child.kill();
      await ended;
    },
  };
}

async function lineWith(wanted: RegExp, output: Readable): Promise<string> {
  for await (const line of createInterface(output)) {
    const [found] = wanted.exec(line) ?? [];
    if (found === undefined) continue;
    // Read on, or the program waits for a reader.
    output.resume();
    return found;
  }
  return new Promise(() => {});
}
