// `npm run example:broker`: two apps and a worker share one connection through the token broker.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { carryOut } from '@unexpired/example-command-line';
import { remoteTokens } from '@unexpired/remote';
import { type RunningBroker, startBroker } from './broker.ts';
import { HELP, type Options, parseOptions } from './options.ts';
import { type RunningProvider, startProvider } from './provider.ts';
import { renderTable, type Row } from './table.ts';

const CLIENTS = [
  ['orders, an app on axios', 'axios'],
  ['invoices, an app on fetch', 'fetch'],
  ['sync, a worker on fetch', 'fetch'],
] as const;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

process.exitCode = await carryOut(
  'example:broker',
  parseOptions(process.argv.slice(2)),
  () => HELP,
  main,
);

async function main(options: Options): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-broker-'));
  const provider = await startProvider();
  const broker = await startBroker(folder, provider);
  try {
    return await show(provider, broker, options);
  } finally {
    await broker.stop();
    await provider.stop();
    await rm(folder, { recursive: true });
  }
}

async function show(
  provider: RunningProvider,
  broker: RunningBroker,
  { seconds }: Options,
): Promise<number> {
  const connection = remoteTokens({
    ...{ url: broker.url, session: 'acme:crm', provider: 'crm', credentials: broker.keys.operator },
  });
  // Somebody connects the account: what your callback page has, it deposits.
  await connection.setSession({
    accessToken: 'expired',
    expiresAt: Date.now() - 1000,
    refreshToken: await provider.newRefreshToken(),
  });
  say(`Two apps and a worker on one connection for ${seconds} s, access tokens that live 4 s ...`);
  const clients = CLIENTS.map(([name, kind]) => startClient(name, kind, broker, provider));
  await Promise.all(clients.map(({ ready }) => ready));
  await new Promise((resolve) => setTimeout(resolve, seconds * 500));
  provider.refuseNewest(); // all of them meet a 401 at once
  await new Promise((resolve) => setTimeout(resolve, seconds * 500));
  const rows = await Promise.all(clients.map(({ stop }) => stop()));
  await connection.close();
  return report(rows, provider, await broker.stop());
}

function report(
  rows: readonly Row[],
  { seen, isConnected }: RunningProvider,
  exitCode: number | null,
): number {
  const failures = rows.flatMap((row) => row.failures);
  say(renderTable(rows));
  say(`  ${seen.unauthorized} requests met a token that the API refused, and were sent again`);
  say(`  ${seen.redemptions} refreshes at the provider, ${seen.refusals} refused`);
  say(`  the connection is ${isConnected() ? 'alive' : 'DEAD'}`);
  for (const failure of [...new Set(failures)].slice(0, 5)) say(`  ${failure}`);
  const isFine =
    failures.length === 0 &&
    rows.every(({ answered }) => answered > 0) &&
    seen.unauthorized > 0 &&
    seen.redemptions > 1 &&
    seen.refusals === 0 &&
    isConnected() &&
    exitCode === 0;
  return isFine ? 0 : 1;
}

function startClient(name: string, kind: string, broker: RunningBroker, { api }: RunningProvider) {
  const child = fork(new URL('./client.ts', import.meta.url), [
    ...[kind, broker.url, broker.keys.client, api],
  ]);
  return {
    /** Resolves after its first requests. */
    ready: message(child),
    async stop(): Promise<Row> {
      const reported = message(child);
      child.send('stop');
      return { name, ...((await reported) as Omit<Row, 'name'>) };
    },
  };
}

/** Resolves with the next thing that a client says. */
function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a client ended with ${code}`));
    child.once('exit', onExit);
    child.once('message', (said) => {
      child.off('exit', onExit);
      resolve(said);
    });
  });
}
