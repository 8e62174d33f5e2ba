import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type ApiKey, createApiKey } from '@unexpired/service';
import { getRequest } from './load.ts';

/** What a process has used so far. */
export interface Figures {
  /** Microseconds that its threads have computed, the kernel's work for them included. */
  readonly cpu: number;
  /** Bytes. */
  readonly rss: number;
  readonly heapUsed: number;
}

/** A server in a process of its own. */
export interface Server {
  readonly origin: string;
  /** Of the operator's listener, where there is one. */
  readonly operator: string | undefined;
  /** `collect`: after its garbage was collected. */
  figures(collect?: boolean): Promise<Figures>;
  stop(): Promise<void>;
}

/** The framework alone. */
export const startFramework = (): Promise<Server> => start(besides('framework.ts'), []);

export interface BrokerSetup {
  readonly folder: string;
  readonly providers: object;
  readonly database?: object | undefined;
  readonly limits?: object | undefined;
  readonly api: readonly ApiKey[];
  /** Environment variables, for secrets. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Of the configuration file. */
  readonly name?: string | undefined;
  /** Of a checkout that is built. Default: this one. */
  readonly checkout?: string | undefined;
}

/** The program, as it is built. */
export async function startBroker(setup: BrokerSetup): Promise<Server> {
  const { folder, name = 'broker', providers, database, limits, api, env } = setup;
  const file = path.join(folder, `${name}.json`);
  const configuration = {
    ...{ providers, database },
    keys: { api, ...(env !== undefined && { encryption: [{ env: 'BROKER_KEY' }] }) },
    listen: { port: 0 },
    operator: { port: 0 },
    limits: { notice: 0, ...limits },
  };
  await writeFile(file, JSON.stringify(configuration));
  const own = path.dirname(fileURLToPath(import.meta.resolve('@unexpired/service')));
  const dist =
    setup.checkout === undefined ? own : path.resolve(setup.checkout, 'packages/service/dist');
  return start(path.join(dist, 'cli.mjs'), ['--config', file], env);
}

/** Deposits a session with a token of 900 bytes that is good for a day. */
export async function deposit(origin: string, session: string, key: string): Promise<void> {
  const answer = await fetch(`${origin}/v1/sessions/${session}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      provider: 'crm',
      token_response: {
        access_token: 'benchmark'.repeat(100),
        refresh_token: `refresh ${session}`.replaceAll(' ', '-'),
        expires_in: 86_400,
      },
    }),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`A deposit was answered with ${answer.status}`);
}

/** Deposits sessions `acme:0` and so on, as many at once as there are keys. */
export async function depositAll(
  origin: string,
  count: number,
  keys: readonly { readonly key: string }[],
): Promise<void> {
  await Promise.all(
    keys.map(async ({ key }, caller) => {
      for (let number = caller; number < count; number += keys.length)
        await deposit(origin, `acme:${number}`, key);
    }),
  );
}

/** The requests that read them. */
export const readsOf = (
  origin: string,
  count: number,
  keys: readonly { readonly key: string }[],
): readonly string[] =>
  Array.from({ length: count }, (_, number) =>
    getRequest(origin, `/v1/sessions/acme:${number}/token`, keys[number % keys.length]?.key),
  );

/** API keys for so many callers: each may send 2,000 requests a second. */
export const callers = (count: number): readonly ReturnType<typeof createApiKey>[] =>
  Array.from({ length: count }, (_, index) =>
    createApiKey({ id: `caller${index}`, scopes: ['read:acme:', 'reject:acme:', 'write:acme:'] }),
  );

const besides = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

async function start(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = fork(program, args, {
    execArgv: [
      '--no-warnings',
      '--expose-gc',
      '--import',
      new URL('figures.ts', import.meta.url).href,
    ],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '', DATABASE_URL: '', ...env },
  });
  const ended = once(child, 'exit');
  const { listen, operator } = await listeningOn(child, ended);
  return {
    ...{ origin: listen, operator },
    async figures(collect = false) {
      const answer = once(child, 'message');
      child.send(collect ? 'collect' : 'figures');
      return (await answer)[0] as Figures;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Where it listens, by the first line of its log. */
async function listeningOn(
  child: ChildProcess,
  ended: Promise<unknown>,
): Promise<{ readonly listen: string; readonly operator?: string }> {
  const lines = createInterface(child.stdout as NodeJS.ReadableStream);
  const first = (await Promise.race([
    once(lines, 'line'),
    ended.then(() => []),
  ])) as readonly string[];
  lines.on('line', () => undefined); // the rest is for operators
  const { listen, operator } = JSON.parse(first[0] ?? '{}') as Record<string, string>;
  if (listen === undefined) throw new Error('the server did not start');
  return { listen, ...(operator !== undefined && { operator }) };
}
