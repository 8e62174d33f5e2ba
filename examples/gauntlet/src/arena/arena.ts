import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulatedServer, type SimulatedServerOptions } from '@unexpired/testing';
import { toJwt } from './access-token.ts';
import { answering, MCP_PATH } from './answering.ts';
import { trueNow } from './clock.ts';
import type { Arena, Visit } from './types.ts';

/** Seconds. */
const LASTING = 3600;

export async function openArena(
  options: Pick<SimulatedServerOptions, 'mode' | 'graceWindow' | 'accessTokenLifetime'> = {},
): Promise<Arena> {
  const server = simulatedServer({
    accessTokenLifetime: LASTING * 1000,
    ...options,
    clock: { now: trueNow, setTimeout: (task, ms) => clearing(setTimeout(task, ms)) },
    faults: () => (arena.isTokenEndpointDown ? { type: 'refuse' } : undefined),
  });
  const visits: Visit[] = [];
  let loginExpiresAt = 0;
  const listener = createServer();
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', 4096, resolve);
  });
  const origin = `http://127.0.0.1:${(listener.address() as AddressInfo).port}`;

  const arena: Arena = {
    server,
    address: {
      apiOrigin: origin,
      mcpUrl: origin + MCP_PATH,
      tokenEndpoint: `${origin}/token`,
      clientId: 'gauntlet',
    },
    visits,
    files: new Map(),
    get loginExpiresAt() {
      return loginExpiresAt;
    },
    login(lifetime = (options.accessTokenLifetime ?? LASTING * 1000) / 1000) {
      const { access_token, ...rest } = server.login();
      loginExpiresAt = trueNow() + lifetime * 1000;
      return {
        ...rest,
        refresh_token: rest.refresh_token ?? '',
        token_type: 'Bearer',
        access_token: toJwt(String(access_token), trueNow(), lifetime),
        expires_in: lifetime,
      };
    },
    holdRefusals: undefined,
    isTokenEndpointDown: false,
    close: () =>
      new Promise((resolve, reject) => {
        listener.close((error) => (error ? reject(error) : resolve()));
        listener.closeAllConnections();
      }),
  };

  const answer = answering(arena);
  listener.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  return arena;
}

const clearing =
  (timer: NodeJS.Timeout): (() => void) =>
  () =>
    clearTimeout(timer);
