// The broker as an operator runs it: the program, with a configuration file.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createApiKey } from '@unexpired/service';

export interface RunningBroker {
  readonly url: string;
  /** An API key that may do this with the sessions of the tenant. */
  readonly keys: Readonly<Record<'operator' | 'client', string>>;
  /** Ends it as a deployment would. Resolves with its exit code. */
  stop(): Promise<number | null>;
}

export async function startBroker(
  folder: string,
  provider: { readonly tokenEndpoint: string; readonly clientId: string },
): Promise<RunningBroker> {
  const operator = createApiKey({ id: 'operator', scopes: ['read:acme:', 'write:acme:'] });
  const client = createApiKey({ id: 'client', scopes: ['read:acme:', 'reject:acme:'] });
  const file = path.join(folder, 'broker.json');
  const configuration = {
    providers: { crm: { tokenEndpoint: provider.tokenEndpoint, clientId: provider.clientId } },
    keys: { api: [operator.entry, client.entry] },
    listen: { port: 0 },
    operator: { port: 0 },
    limits: { notice: 0 },
  };
  await writeFile(file, JSON.stringify(configuration));
  const child = fork(program(), ['--config', file], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  child.channel?.unref();
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  return {
    url: await listeningOn(child.stdout, ended),
    keys: { operator: operator.key, client: client.key },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

/** What `npx @unexpired/service` starts: it stands beside the entry of the package, built or as source. */
function program(): string {
  const entry = import.meta.resolve('@unexpired/service');
  return fileURLToPath(new URL(`cli${path.extname(entry)}`, entry));
}

/** Where it listens, by the first line of its log. */
async function listeningOn(
  log: NodeJS.ReadableStream | null,
  ended: Promise<unknown>,
): Promise<string> {
  if (log === null) throw new Error('the broker has no output');
  const lines = createInterface(log);
  const first = await Promise.race([once(lines, 'line'), ended.then(() => [])]);
  lines.on('line', () => undefined); // the rest is for operators
  const { listen } = JSON.parse(String(first[0] ?? '{}')) as { listen?: string };
  if (listen === undefined) throw new Error('the broker did not start');
  return listen;
}
