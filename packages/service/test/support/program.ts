import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CLIENT_ID,
  startStrictProvider,
  type StrictProvider,
} from '../../../node/test/support/provider.ts';
import { type BrokerProcess, startProcess } from './process.ts';

/** The program with a configuration file in a folder of its own, and a real authorization server beside it. */
export interface Program {
  readonly provider: StrictProvider;
  readonly folder: string;
  /** Writes the configuration; a member that is `undefined` stays out. Gives the path. */
  configure(more?: Record<string, unknown>): string;
  /** Starts it with the configuration, and resolves when it listens. `key`: where the program makes none itself. */
  start(env?: Record<string, string>, key?: string): Promise<Started>;
  stop(): Promise<void>;
}

export interface Started extends BrokerProcess {
  readonly origin: string;
  readonly operator: string;
  /** The first API key, which may do all. */
  readonly key: string;
  call(
    method: string,
    to: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** Deposits a new sign-in; gives its refresh token. */
  deposit(session: string, expiresIn?: number): Promise<string>;
}

export async function prepareProgram(): Promise<Program> {
  const provider = await startStrictProvider();
  const folder = mkdtempSync(path.join(tmpdir(), 'unexpired-broker-'));
  const file = path.join(folder, 'broker.json');
  const running: BrokerProcess[] = [];
  const configure: Program['configure'] = (more = {}) => {
    writeFileSync(
      file,
      JSON.stringify({
        providers: { crm: { tokenEndpoint: provider.tokenEndpoint, clientId: CLIENT_ID } },
        listen: { port: 0 },
        operator: { port: 0 },
        limits: { notice: 0 },
        ...more,
      }),
    );
    return file;
  };
  configure();
  return {
    provider,
    folder,
    configure,
    async start(env, key) {
      const started = startProcess(['--config', file], { env: env ?? {} });
      running.push(started);
      const { listen, operator } = await started.line('start');
      const made = (): string =>
        readFileSync(path.join(folder, 'data', 'admin.key'), 'utf8').trim();
      return Object.assign(withCalls(started, String(listen), key ?? made(), provider), {
        operator: String(operator),
      });
    },
    async stop() {
      for (const { child, ended } of running) {
        child.kill('SIGKILL');
        await ended;
      }
      await provider.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

function withCalls(
  started: BrokerProcess,
  origin: string,
  key: string,
  provider: StrictProvider,
): Omit<Started, 'operator'> {
  const call: Started['call'] = (method, to, body, headers) =>
    fetch(`${origin}${to}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return Object.assign(Object.create(started) as BrokerProcess, {
    origin,
    key,
    call,
    async deposit(session: string, expiresIn = 3600) {
      const refresh = await provider.newRefreshToken();
      const answer = await call('PUT', `/v1/sessions/${session}`, {
        provider: 'crm',
        token_response: {
          access_token: `access-${session}-0`,
          expires_in: expiresIn,
          refresh_token: refresh,
        },
      });
      if (!answer.ok) throw new Error(`the deposit was refused: ${answer.status}`);
      return refresh;
    },
  });
}
