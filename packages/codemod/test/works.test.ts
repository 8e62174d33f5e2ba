import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { compileFunction } from 'node:vm';
import { expect, it } from '@jest/globals';
import * as adapter from '@unexpired/axios';
import { migrateAxiosAuthRefresh } from '@unexpired/codemod';
import axios, { type AxiosInstance } from 'axios';
import * as core from 'unexpired';
import { MOVED } from './shapes.ts';

/** An API that lets the token of the last login in. */
async function startApi(): Promise<{ origin: string; logins: () => number; close: () => void }> {
  let logins = 0;
  const server = createServer(({ url, headers }, response) => {
    const isLogin = url === '/v1/auth/login/';
    if (isLogin) logins++;
    const isLetIn = isLogin || headers.authorization === `Bearer token-${logins}`;
    response.writeHead(isLetIn ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isLogin ? { token: `token-${logins}` } : { url }));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    logins: () => logins,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Runs a CommonJS module with these packages. */
function load(text: string, packages: Readonly<Record<string, unknown>>): unknown {
  const module = { exports: {} as unknown };
  const run = compileFunction(text, ['require', 'module', 'console']) as (
    require: (name: string) => unknown,
    module: { exports: unknown },
    console: { log: () => void },
  ) => void;
  run((name) => packages[name], module, { log: () => {} });
  return module.exports;
}

it('a module that was rewritten signs in once for a burst of requests, through the instance that it serves', async () => {
  const shape = MOVED.find(({ file }) => file.endsWith('.cjs'));
  const migration = migrateAxiosAuthRefresh(shape?.source ?? '', 'api.cjs');
  const output = migration.outcome === 'moved' ? migration.output : '';
  const api = await startApi();
  try {
    const instance = load(output.replace('https://api.example.com', api.origin), {
      axios,
      unexpired: core,
      '@unexpired/axios': adapter,
    }) as AxiosInstance;
    const burst = await Promise.all(['/a', '/b', '/c'].map((path) => instance.get(path)));
    expect([burst.map(({ status }) => status), api.logins()]).toEqual([[200, 200, 200], 1]);
  } finally {
    api.close();
  }
}, 120_000);
