import { type ChildProcess, fork } from 'node:child_process';
import type { Arena, ArenaAddress } from './arena.ts';
import type { Answers, Ask, Reply, Request } from './messages.ts';

/** An {@link Arena} in the servers' process. */
export interface RemoteArena {
  readonly address: ArenaAddress;
  revokeAccessToken(): Promise<void>;
  counters(): Promise<ReturnType<Arena['counters']>>;
  close(): ReturnType<Arena['close']>;
}

export interface Servers {
  /** `lifetime` in seconds: how long the first access token is good for. */
  openArena(lifetime: number): Promise<RemoteArena>;
  stop(): Promise<void>;
}

/** Starts the one child process in which every authorization server and API of a run lives. */
export function startServers(): Servers {
  const child = fork(new URL('./process.ts', import.meta.url), {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ask = createAsk(child);
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });

  return {
    async openArena(lifetime) {
      const { arena, address } = await ask({ call: 'open', lifetime });
      return {
        address,
        revokeAccessToken: () => ask({ call: 'revokeAccessToken', arena }),
        counters: () => ask({ call: 'counters', arena }),
        close: () => ask({ call: 'close', arena }),
      };
    },
    async stop() {
      if (child.connected) child.disconnect();
      await gone;
    },
  };
}

/** Turns the message channel into calls. A child that ends takes its unanswered calls with it. */
function createAsk(child: ChildProcess) {
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>();
  let asked = 0;
  let ended: Error | undefined;
  const end = (error: Error): void => {
    ended ??= error;
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  child.once('error', end);
  child.once('exit', (code, signal) =>
    end(new Error(`The servers' process ended (${signal ?? `exit status ${code}`}).`)),
  );
  child.on('message', (reply: Reply) => {
    const waiter = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('error' in reply) waiter?.reject(new Error(reply.error));
    else waiter?.resolve(reply.answer);
  });

  return <A extends Ask>(question: A): Promise<Answers[A['call']]> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      asked += 1;
      waiting.set(asked, { resolve, reject });
      child.send({ id: asked, ask: question } satisfies Request, (error) => error && end(error));
    });
}
