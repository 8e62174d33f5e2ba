import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const sources = new URL('../../../../test/support/sources.mjs', import.meta.url).href;
const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));

/** The program, on the sources. */
export interface BrokerProcess {
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly stdout: string;
  readonly stderr: string;
  /** The lines of its log. */
  readonly lines: readonly Record<string, unknown>[];
  /** Resolves with the first line of its log with this event, or rejects when it has ended without one. */
  line(event: string): Promise<Record<string, unknown>>;
  /** Resolves with its exit code, or the signal that has ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts the program. What a test starts, it awaits the end of. */
export function startProcess(
  args: readonly string[],
  { cwd, env }: { readonly cwd?: string; readonly env?: Record<string, string> } = {},
): BrokerProcess {
  const child = spawn(process.execPath, ['--no-warnings', '--import', sources, cli, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream]?.on('data', (chunk: Buffer) => {
      written[stream] += chunk.toString();
      for (const look of [...waiting]) look();
    });
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  const linesOf = (): Record<string, unknown>[] =>
    written.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    child,
    ended,
    get stdout() {
      return written.stdout;
    },
    get stderr() {
      return written.stderr;
    },
    get lines() {
      return linesOf();
    },
    line: (event) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = linesOf().find((line) => line['event'] === event);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then((code) =>
          reject(new Error(`ended with ${code} before "${event}": ${written.stderr}`)),
        );
      }),
  };
}

/** Runs the program to its end. */
export async function runProcess(
  args: readonly string[],
  options?: Parameters<typeof startProcess>[1],
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const running = startProcess(args, options);
  const code = await running.ended;
  return { code, stdout: running.stdout, stderr: running.stderr };
}
