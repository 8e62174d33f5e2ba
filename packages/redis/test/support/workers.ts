import { afterEach, beforeEach } from '@jest/globals';
import { refreshTokenGrant } from '@unexpired/oauth';
import { type Clock, createTokenManager, type SessionRecord, type TokenManager } from 'unexpired';
import type { Program } from '../../../node/test/support/program.ts';
import {
  CLIENT_ID,
  startStrictProvider,
  type StrictProvider,
} from '../../../node/test/support/provider.ts';
import { recordOf } from '../../../node/test/support/records.ts';
import { type RedisLike, redisStore } from '../../src/index.ts';
import { CLIENTS, command } from './clients.ts';
import type { ClientName, Connection } from './connection.ts';
import { hurriedClock } from './hurried-clock.ts';
import { start } from './programs.ts';
import type { RedisServer } from './redis-server.ts';
import type { RedisSetup } from './setup.ts';

/** Ms. */
export const HOUR = 3_600_000;
export const KEY = 'session:1';
/** Ms. */
export const LEASE = 600;

/** Processes and managers that share the session under `KEY`. */
export interface Workers {
  /** A client of this Redis, which is closed after the test. */
  connect(): RedisLike;
  /** A provider, and a Redis that holds a session which has expired. */
  signedIn(options?: { readonly rotate: boolean }, expiresAt?: number): Promise<StrictProvider>;
  /** Another process, which is killed after the test where it still runs. */
  worker(setup?: Partial<RedisSetup>): Promise<Program>;
  /** This process as one of the workers; what it waits for comes sooner. */
  here(clock?: Clock): TokenManager;
  /** Closes it after the test. */
  closing(manager: TokenManager): TokenManager;
  stored(): Promise<SessionRecord>;
  /** Whether the provider takes this token. */
  isLive(token: { accessToken: string } | undefined): Promise<boolean>;
}

/** For the tests of the group that calls it: an empty Redis before each, and whatever was started is ended after each. */
export function workersOn(name: ClientName, redis: () => RedisServer): Workers {
  let provider: StrictProvider;
  const running = new Set<Program>();
  const managers = new Set<TokenManager>();
  const connections = new Set<Connection>();
  const connect = (): RedisLike => {
    const connection = CLIENTS[name](redis().port);
    connections.add(connection);
    return connection.client;
  };
  const closing = (manager: TokenManager): TokenManager => {
    managers.add(manager);
    return manager;
  };

  beforeEach(async () => {
    if (!redis().running) await redis().restart();
    await command(connect(), 'FLUSHALL');
  });
  afterEach(async () => {
    await Promise.all([...running].map((program) => program.kill()));
    await Promise.all([...managers].map((manager) => manager.close()));
    for (const { close } of connections) close();
    running.clear();
    managers.clear();
    connections.clear();
    await provider.stop();
  });

  return {
    connect,
    closing,
    async signedIn(options, expiresAt = 0) {
      provider = await startStrictProvider(options);
      const record = {
        ...recordOf(1, { refreshToken: await provider.newRefreshToken(), expiresAt }),
        issuedAt: Date.now() - HOUR,
      };
      await redisStore(connect(), { key: KEY }).write(record, undefined);
      return provider;
    },
    async worker(setup = {}) {
      const { tokenEndpoint, revocationEndpoint } = provider;
      const full: RedisSetup = {
        client: name,
        port: redis().port,
        key: KEY,
        lease: LEASE,
        tokenEndpoint,
        revocationEndpoint,
        clientId: CLIENT_ID,
        ...setup,
      };
      const program = start('client', [JSON.stringify(full)]);
      running.add(program);
      await program.next('ready');
      return program;
    },
    here: (clock = hurriedClock) =>
      closing(
        createTokenManager({
          store: redisStore(connect(), { key: KEY, lease: LEASE }),
          refresh: refreshTokenGrant({
            tokenEndpoint: provider.tokenEndpoint,
            clientId: CLIENT_ID,
          }),
          clock,
          waitTimeout: 1000 * HOUR,
        }),
      ),
    stored: async () => (await redisStore(connect(), { key: KEY }).read())?.value as SessionRecord,
    isLive: async (token) => provider.isLiveAccess(String(token?.accessToken)),
  };
}
