import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createInbox, type Message } from './inbox.ts';

/** A program of these tests that runs beside them, in a process or a thread of its own. */
export interface Member {
  /** Resolves with the next message of this kind that was not waited for yet; rejects when the program ends before. */
  next<T = unknown>(kind: string): Promise<T>;
  tell(message: unknown): void;
  /** SIGKILL, or what threads have for it; resolves when it is dead. */
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** One in a process of its own. */
export interface Program extends Member {
  readonly pid: number;
  readonly child: ChildProcess;
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void;
  readonly errors: () => string;
}

const EXEC_ARGV = [
  '--no-warnings',
  '--import',
  new URL('../../../../test/support/sources.mjs', import.meta.url).href,
];
const programUrl = (name: string): URL => new URL(`../programs/${name}.ts`, import.meta.url);

/** Starts `test/programs/<name>.ts`, or the program of another package. */
export function start(name: string | URL, args: readonly string[]): Program {
  const child = fork(fileURLToPath(typeof name === 'string' ? programUrl(name) : name), args, {
    execArgv: EXEC_ARGV,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const inbox = createInbox();
  let errors = '';
  child.stderr?.on('data', (chunk) => (errors += chunk));
  child.on('message', (message: Message) => inbox.put(message));
  const ended = once(child, 'close').then(([code, signal]) => {
    inbox.close(new Error(`${name} ended (${signal ?? code}) ${errors}`));
    return { code: code as number | null, signal: signal as string | null };
  });
  return {
    pid: child.pid as number,
    child,
    ended,
    errors: () => errors,
    next: inbox.next,
    tell: (message) => void child.send(message as object),
    signal: (signal) => void child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Starts `test/programs/<name>.ts` in a thread of this process. */
export function startThread(name: string, args: readonly string[]): Member {
  const thread = new Worker(programUrl(name), { argv: [...args], execArgv: EXEC_ARGV });
  const inbox = createInbox();
  let failure: unknown;
  thread.on('message', (message: Message) => inbox.put(message));
  thread.on('error', (error) => (failure = error));
  const ended = once(thread, 'exit').then(([code]) => {
    inbox.close(new Error(`the thread ${name} ended (${code})`, { cause: failure }));
    return { code: code as number, signal: null };
  });
  return {
    ended,
    next: inbox.next,
    tell: (message) => thread.postMessage(message),
    async kill() {
      await thread.terminate();
      await ended;
    },
  };
}
