import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { CLIENT_ID } from './client-id.ts';
import { CONTENDERS, type Contender, REDIRECT_URL } from './contenders.ts';
import type { Message } from './message.ts';
import {
  type AuthorizationServer,
  type Minted,
  startAuthorizationServer,
} from './servers/authorization-server.ts';
import { startMcpServer } from './servers/mcp-server.ts';

/** What became of the calls that met an expired token. */
export interface Row {
  readonly name: string;
  readonly ours: boolean;
  readonly calls: number;
  readonly succeeded: number;
  readonly redemptions: number;
  readonly session: 'alive' | 'dead';
  readonly asked: number;
}

type Called = { readonly succeeded: number; readonly asked: number };

/** A contender with a session of its own, whose access token comes to its end once `prepare` is done. */
async function contest(
  contender: Contender,
  file: string,
  calls: number,
  prepare: (url: URL) => Promise<() => Promise<Called>>,
): Promise<Row> {
  const authorization = await startAuthorizationServer({ redirectUrl: REDIRECT_URL });
  const server = await startMcpServer(2, authorization);
  try {
    const minted = await authorization.mint(CLIENT_ID, server.url.href, 3600);
    await contender.seed(server.url, file, minted);
    const go = await prepare(server.url);
    await authorization.revoke(minted.access_token);
    const called = await go();
    return {
      name: contender.name,
      ours: contender.ours,
      calls,
      ...called,
      redemptions: authorization.seen.redemptions,
      session: await sessionOf(authorization, minted),
    };
  } finally {
    await Promise.all([server.stop(), authorization.stop()]);
  }
}

const sessionOf = async (
  authorization: AuthorizationServer,
  minted: Minted,
): Promise<'alive' | 'dead'> =>
  authorization.seen.reuses === 0 && (await authorization.isAlive(minted)) ? 'alive' : 'dead';

/** So many calls at once, in one process. */
export async function runCalls(folder: string, calls: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, contender] of CONTENDERS.entries()) {
    const file = path.join(folder, `calls-${calls}-${index}.json`);
    rows.push(
      await contest(contender, file, calls, async (url) => {
        const connected = await contender.connect(url, file);
        return async () => {
          const ids = Array.from({ length: calls }, (_, id) => `${id}`);
          const succeeded = await Promise.all(ids.map((id) => connected.call(id)));
          const asked = connected.asked();
          const closing = connected.close();
          // Without a session the SDK cannot say goodbye to its server, and may take its time to notice.
          if (contender.ours) await closing;
          else closing.catch(() => undefined);
          return { succeeded: succeeded.filter(Boolean).length, asked };
        };
      }),
    );
  }
  return rows;
}

const CALLS_EACH = 5;

/** So many processes on one credentials file, five calls each. */
export async function runProcesses(folder: string, processes: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, contender] of CONTENDERS.entries()) {
    const file = path.join(folder, `processes-${index}.json`);
    rows.push(
      await contest(contender, file, processes * CALLS_EACH, async (url) => {
        const children = Array.from({ length: processes }, () =>
          start('caller.ts', [`${index}`, url.href, file, `${CALLS_EACH}`]),
        );
        await Promise.all(children.map((child) => until(child, 'ready')));
        return async () => {
          const ends = children.map((child) => until(child, 'answered'));
          for (const child of children) child.send('go');
          const all = await Promise.all(ends);
          const sum = (of: 'answered' | 'asked'): number =>
            all.reduce((total, message) => total + (message[of] ?? 0), 0);
          return { succeeded: sum('answered'), asked: sum('asked') };
        };
      }),
    );
  }
  return rows;
}

/** A program of this folder, as this one was started. */
export const start = (program: string, args: readonly string[]): ChildProcess =>
  fork(path.join(import.meta.dirname, program), [...args]);

/** Waits for a message with this member. A process that ends before it is an error. */
export async function until<Name extends 'ready' | 'answered'>(
  child: ChildProcess,
  name: Name,
): Promise<Extract<Message, { [N in Name]: unknown }>> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`a process ended with ${String(code)} before it was done`);
  });
  for (;;) {
    const [message] = (await Promise.race([once(child, 'message'), ended])) as [Message];
    if (name in message) {
      ended.catch(() => undefined); // it ends by itself now
      return message as Extract<Message, { [N in Name]: unknown }>;
    }
  }
}
