import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of these tests in a process of its own. */
export interface Program {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves with the next message of this kind that was not waited for yet; rejects when the program ends before. */
  next<T = unknown>(kind: string): Promise<T>;
  tell(message: unknown): void;
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  /** SIGKILL, and resolves when it is dead. */
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  readonly errors: () => string;
}

export type Message = { readonly kind: string; readonly body?: unknown };

const sources = new URL('../sources.mjs', import.meta.url).href;

/** Starts `test/programs/<name>.ts`, or the program of another package. */
export function start(name: string | URL, args: readonly string[]): Program {
  const child = fork(fileURLToPath(typeof name === 'string' ? new URL(`../programs/${name}.ts`, import.meta.url) : name), args, {
    execArgv: ['--no-warnings', '--import', sources],
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const inbox: Message[] = [];
  const waiting: { kind: string; resolve: (body: never) => void; reject: (error: Error) => void }[] = [];
  let errors = '';
  let over: Error | undefined;
  child.stderr?.on('data', (chunk) => (errors += chunk));
  child.on('message', (message: Message) => {
    const place = waiting.findIndex(({ kind }) => kind === message.kind);
    if (place < 0) inbox.push(message);
    else waiting.splice(place, 1)[0]?.resolve(message.body as never);
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    over = new Error(`${name} ended (${signal ?? code}) ${errors}`);
    for (const { reject } of waiting.splice(0)) reject(over);
    return { code: code as number | null, signal: signal as string | null };
  });
  return {
    pid: child.pid as number,
    child,
    ended,
    errors: () => errors,
    next: (kind) =>
      new Promise((resolve, reject) => {
        const place = inbox.findIndex((message) => message.kind === kind);
        if (place >= 0) resolve(inbox.splice(place, 1)[0]?.body as never);
        else if (over !== undefined) reject(over);
        else waiting.push({ kind, resolve, reject });
      }),
    tell: (message) => void child.send(message as object),
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
