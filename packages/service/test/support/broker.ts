import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import {
  CLIENT_ID,
  startStrictProvider,
  type StrictProvider,
} from '../../../node/test/support/provider.ts';
import type { TokenStore } from 'unexpired';
import { createReplica } from '../../src/create-service.ts';
import type { Tables } from '../../src/data/tables.ts';
import type { Lane } from '../../src/fresh/lane.ts';
import {
  createApiKey,
  type ProviderOptions,
  type Service,
  type ServiceDatabase,
  type ServiceEvent,
  type ServiceOptions,
  sqlite,
} from '../../src/index.ts';

/** A service before a real authorization server that ends a session when a refresh token comes twice. */
export interface Broker {
  readonly provider: StrictProvider;
  readonly service: Service & { readonly lane: Lane };
  readonly events: ServiceEvent[];
  /** Every refresh token that there was. */
  readonly canaries: string[];
  /** May do all, with every session of `acme:`. */
  readonly key: string;
  /** May read `acme:`, and nothing else. */
  readonly reader: string;
  call(method: string, path: string, options?: CallOptions): Promise<Response>;
  /** Deposits a new sign-in; gives its refresh token. */
  deposit(session: string, options?: CallOptions & { expiresIn?: number }): Promise<Response>;
  /** The service's own tables. */
  readonly tables: Tables;
  /** The row of a session, as it is stored. */
  storeOf(key: string): TokenStore;
  /** Another replica on the same database. */
  replica(): Service;
  /** Listens on loopback; gives the origin. */
  listen(): Promise<string>;
  /** The provider is gone from now on. */
  stopProvider(): Promise<void>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly key?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** Where the call comes from. */
  readonly address?: string | undefined;
  /** The replica to ask. Default: the first. */
  readonly service?: Service | undefined;
}

export interface BrokerOptions extends Partial<Omit<ServiceOptions, 'database'>> {
  /** Opens the database for one replica. Default: a SQLite file of its own. */
  readonly open?: (() => ServiceDatabase) | undefined;
  /** The same database for a replica, as a test wants to have it. */
  readonly watched?: ((opened: ServiceDatabase) => ServiceDatabase) | undefined;
  /** Options of the provider. Default: nothing is refreshed ahead. */
  readonly provider?: Partial<ProviderOptions> | undefined;
}

export async function startBroker({
  open,
  watched = (opened) => opened,
  provider: own,
  ...more
}: BrokerOptions = {}): Promise<Broker> {
  const provider = await startStrictProvider();
  const folder = mkdtempSync(path.join(tmpdir(), 'unexpired-service-'));
  const canaries: string[] = [];
  const all = createApiKey({
    id: 'all',
    scopes: ['read:acme:', 'reject:acme:', 'write:acme:', 'list:acme:'],
  });
  const reading = createApiKey({ id: 'reader', scopes: ['read:acme:'] });
  const encryption = new Uint8Array(32).fill(7);
  const events: ServiceEvent[] = [];
  const closers: (() => Promise<unknown>)[] = [];
  const databases: ServiceDatabase[] = [];
  const replica = (): Service & { readonly lane: Lane } => {
    const database = watched(open?.() ?? sqlite(path.join(folder, 'sessions.db')));
    databases.push(database);
    const service = createReplica({
      providers: {
        crm: {
          tokenEndpoint: provider.tokenEndpoint,
          revocationEndpoint: provider.revocationEndpoint,
          clientId: CLIENT_ID,
          extra: ['instance_url'],
          fetch: async (url, init) => {
            const answer = await fetch(url, init);
            const { refresh_token: token } = (await answer
              .clone()
              .json()
              .catch(() => ({}))) as {
              refresh_token?: string;
            };
            if (token !== undefined) canaries.push(token);
            return answer;
          },
          refreshAhead: false,
          ...own,
        },
      },
      database,
      keys: { encryption, api: [all.entry, reading.entry] },
      ...more,
    });
    service.subscribe((event) => events.push(event));
    closers.push(() => service.close());
    return service;
  };
  const service = replica();
  let stopped: Promise<void> | undefined;
  const stopProvider = (): Promise<void> => (stopped ??= provider.stop());

  const call: Broker['call'] = async (method, to, { key = all.key, body, headers, ...more } = {}) =>
    (more.service ?? service).fetch(
      new Request(`http://broker.test${to}`, {
        method,
        headers: {
          authorization: `Bearer ${key}`,
          prefer: 'wait=30', // a busy machine is no reason to give up after 10 s, the default
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
      { address: more.address },
    );

  return {
    ...{ provider, service, events, canaries, key: all.key, reader: reading.key, call, replica },
    tables: databases[0]?.tables as Tables,
    storeOf: (key) => (databases[0] as ServiceDatabase).store(key),
    async deposit(session, { expiresIn = 3600, ...options } = {}) {
      const refresh = await provider.newRefreshToken();
      canaries.push(refresh);
      return call('PUT', `/v1/sessions/${session}`, {
        body: {
          provider: 'crm',
          token_response: {
            access_token: `access-${session}-0`,
            token_type: 'Bearer',
            expires_in: expiresIn,
            refresh_token: refresh,
            id_token: 'canary-id-token',
            instance_url: 'https://eu.example.com',
          },
        },
        ...options,
      });
    },
    async listen() {
      const server = createAdaptorServer({ fetch: service.fetch });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closers.unshift(
        () =>
          new Promise((resolve) => {
            server.close(resolve);
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      );
      const { port } = server.address() as { port: number };
      return `http://127.0.0.1:${port}`;
    },
    stopProvider,
    async stop() {
      for (const close of closers) await close();
      await stopProvider();
      rmSync(folder, { recursive: true });
    },
  };
}
