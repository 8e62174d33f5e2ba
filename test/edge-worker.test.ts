// docs/start/workers.md shows a worker for Cloudflare. Here it runs as it stands, in workerd, against oidc-provider.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import {
  CLIENT_ID,
  startStrictProvider,
  type StrictProvider,
} from '../packages/node/test/support/provider.ts';
import { programIn } from '../runtimes/src/host/programs.ts';
import { blocksOf } from '../scripts/samples/blocks.ts';
import { root, sourcesByName } from '../scripts/workspace.ts';

const PAGE = 'docs/start/workers.md';
const workerd = programIn('workerd', 'bin/workerd');

/** The page's worker, and a way to sign in to it. */
const ENTRY = `
import worker, { Session } from './worker.ts';
export { Session };
export default {
  async fetch(request, env) {
    if (request.method !== 'POST') return worker.fetch(request, env).catch((error) => new Response(error.code + ' ' + error.action, { status: 500 }));
    await env.SESSIONS.get(env.SESSIONS.idFromName('crm')).signIn(await request.json());
    return new Response();
  },
};`;
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
      compatibilityDate = "2026-11-01",
      bindings = [(name = "SESSIONS", durableObjectNamespace = "Session")],
      durableObjectNamespaces = [(className = "Session", uniqueKey = "session")],
      durableObjectStorage = (inMemory = void))),
    (name = "internet", network = (allow = ["private"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);
`;

let provider: StrictProvider;
let api: Server;
let folder: string;
let running: ChildProcess;
let origin: string;
const seen = { served: 0, refused: 0 };

async function startApi(): Promise<string> {
  api = createServer((request, response) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    void provider.isLiveAccess(token).then((good) => {
      seen[good ? 'served' : 'refused']++;
      response.writeHead(good ? 200 : 401).end(good ? 'projects' : '');
    });
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
}

/** The block of the page that has a Durable Object, on these servers. */
async function workerOf(apiOrigin: string): Promise<string> {
  const blocks = blocksOf(await readFile(path.join(root, PAGE), 'utf8'));
  const code = blocks
    .map(({ lines }) => lines.join('\n'))
    .find((text) => /DurableObject/.test(text));
  if (code === undefined) throw new Error(`${PAGE} shows no Durable Object`);
  return code
    .replaceAll('https://api.example.com', apiOrigin)
    .replaceAll('https://id.example.com', new URL(provider.tokenEndpoint).origin)
    .replace(`clientId: 'edge'`, `clientId: '${CLIENT_ID}'`);
}

async function startWorker(file: string, apiOrigin: string): Promise<void> {
  folder = await mkdtemp(path.join(tmpdir(), 'edge-worker-'));
  await writeFile(path.join(folder, 'worker.ts'), await workerOf(apiOrigin));
  await writeFile(path.join(folder, 'config.capnp'), CONFIG);
  await build({
    stdin: { contents: ENTRY, resolveDir: folder, loader: 'ts' },
    outfile: path.join(folder, 'worker.mjs'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:workers'],
    tsconfigRaw: '{}',
    alias: Object.fromEntries(
      Object.entries(sourcesByName()).map(([name, source]) => [name, path.join(root, source)]),
    ),
  });
  running = spawn(file, ['serve', '--control-fd=1', path.join(folder, 'config.capnp')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: running.stdout as NodeJS.ReadableStream })) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === 'listen') return void (origin = `http://127.0.0.1:${port}`);
  }
  throw new Error('workerd does not listen');
}

const get = (): Promise<string> => fetch(origin).then((response) => response.text());
const twenty = (): Promise<string[]> => Promise.all(Array.from({ length: 20 }, get));
/** With an access token that the API does not take. */
const signIn = async (expires_in: number, refresh_token?: string): Promise<void> => {
  const tokens = {
    access_token: 'old',
    refresh_token: refresh_token ?? (await provider.newRefreshToken()),
    expires_in,
  };
  const { status } = await fetch(origin, { method: 'POST', body: JSON.stringify(tokens) });
  expect(status).toBe(200);
};

const describeWorker = workerd === undefined ? noWorkerd : describe;
function noWorkerd(name: string): void {
  const { skip } = it;
  skip(`${name}: skipped, because workerd is not there for this machine`, () => undefined);
}

describeWorker(`the worker of ${PAGE}`, () => {
  beforeEach(async () => {
    Object.assign(seen, { served: 0, refused: 0 });
    provider = await startStrictProvider();
    await startWorker(workerd?.file ?? '', await startApi());
  });
  afterEach(async () => {
    running.kill();
    await once(running, 'exit');
    await Promise.all([new Promise((resolve) => api.close(resolve)), provider.stop()]);
    await rm(folder, { recursive: true });
  });

  it('answers 20 requests that find the token expired, after one refresh', async () => {
    await signIn(0);
    expect(new Set(await twenty())).toEqual(new Set(['projects']));
    expect(provider).toMatchObject({ redemptions: 1, refusals: 0 });
    expect(seen).toEqual({ served: 20, refused: 0 });
  });

  it('answers 20 requests whose token is refused, after one refresh', async () => {
    await signIn(3600);
    expect(new Set(await twenty())).toEqual(new Set(['projects']));
    expect(provider).toMatchObject({ redemptions: 1, refusals: 0 });
    expect(seen).toEqual({ served: 20, refused: 20 });
  });

  it('gets the error of the object with its code and action', async () => {
    await signIn(0, 'never-issued');
    expect(await get()).toBe('ERR_SESSION_ENDED signIn');
    expect(provider).toMatchObject({ redemptions: 0, refusals: 1 });
  });
});
