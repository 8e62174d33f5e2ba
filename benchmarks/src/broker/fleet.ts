import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { serviceSchema } from '@unexpired/service';
import { poolOn } from '../../../packages/postgres/test/support/connect.ts';
import { startPostgresServer } from '../../../packages/postgres/test/support/postgres-server.ts';
import { callers, type Server, startBroker } from './servers.ts';

/** Two replicas on a PostgreSQL of their own, which does not sync its commits, before a token endpoint. */
export interface Fleet {
  readonly replicas: readonly [Server, Server];
  readonly keys: ReturnType<typeof callers>;
  /** Transactions that the database has committed so far. */
  committed(): Promise<number>;
  /** When the token endpoint has answered, by the refresh token that it got: `performance.now()`. */
  readonly answeredAt: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

/** `latency`: ms of the token endpoint. */
export async function startFleet(latency: number): Promise<Fleet> {
  const postgres = await startPostgresServer();
  const folder = await mkdtemp(path.join(tmpdir(), 'unexpired-bench-'));
  const endpoint = await startEndpoint(latency);
  const keys = callers(20);
  const pool = poolOn(postgres.port);
  await pool.query(serviceSchema());
  const env = {
    BROKER_KEY: randomBytes(32).toString('base64'),
    BROKER_DATABASE: `postgres://postgres@127.0.0.1:${postgres.port}/postgres`,
  };
  const replica = (name: string): Promise<Server> =>
    startBroker({
      ...{ folder, name, env, api: keys.map(({ entry }) => entry) },
      database: { postgres: { env: 'BROKER_DATABASE' }, direct: { env: 'BROKER_DATABASE' } },
      providers: { crm: { tokenEndpoint: endpoint.address, clientId: 'benchmark' } },
    });
  const replicas = [await replica('first'), await replica('second')] as const;
  return {
    ...{ replicas, keys, answeredAt: endpoint.answeredAt },
    async committed() {
      await pool.query('select pg_stat_clear_snapshot()');
      const { rows } = await pool.query<{ count: string }>(
        'select xact_commit as count from pg_stat_database where datname = current_database()',
      );
      return Number(rows[0]?.count);
    },
    async stop() {
      await Promise.all(replicas.map((one) => one.stop()));
      await pool.end();
      await postgres.stop();
      endpoint.stop();
      await rm(folder, { recursive: true });
    },
  };
}

/** A token endpoint that rotates, and knows nobody. */
async function startEndpoint(latency: number) {
  const answeredAt = new Map<string, number>();
  let rotations = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    await delay(latency);
    const number = ++rotations;
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        access_token: `${'benchmark'.repeat(100)}-${number}`,
        token_type: 'Bearer',
        refresh_token: `refresh-${number}`,
        expires_in: 86_400,
      }),
    );
    answeredAt.set(new URLSearchParams(body).get('refresh_token') ?? '', performance.now());
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    answeredAt,
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Has the token of a session refused, which a deposit has brought: the replica redeems its refresh token. */
export async function rotate(origin: string, session: string, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const address = `${origin}/v1/sessions/${session}`;
  const state = (await (await fetch(address, { headers })).json()) as Record<string, unknown>;
  const rejected = { session: state['session'], generation: state['generation'] };
  const answer = await fetch(`${address}/token`, {
    ...{ method: 'POST', headers },
    body: JSON.stringify({ rejected }),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`A rejection was answered with ${answer.status}`);
}
