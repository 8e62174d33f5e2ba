import { simulatedServer, type SimulatedServerOptions } from '@unexpired/testing';
import { toJwt } from './access-token.ts';
import { answering, MCP_PATH } from './answering.ts';
import { trueNow } from './clock.ts';
import { openListener } from './listener.ts';
import type { Arena, Visit } from './types.ts';

/** Seconds. */
const LASTING = 3600;

interface ArenaOptions
  extends Pick<SimulatedServerOptions, 'mode' | 'graceWindow' | 'accessTokenLifetime'> {
  /** The authorization server is one of its own, which can be ended. */
  readonly isApart?: boolean | undefined;
}

export async function openArena({ isApart, ...options }: ArenaOptions = {}): Promise<Arena> {
  const server = simulatedServer({
    accessTokenLifetime: LASTING * 1000,
    ...options,
    clock: { now: trueNow, setTimeout: (task, ms) => clearing(setTimeout(task, ms)) },
  });
  const visits: Visit[] = [];
  let loginExpiresAt = 0;
  const api = await openListener();
  const authorizationServer = isApart ? await openListener('of its own') : undefined;

  const arena: Arena = {
    server,
    address: {
      apiOrigin: api.origin,
      mcpUrl: api.origin + MCP_PATH,
      tokenEndpoint: `${(authorizationServer ?? api).origin}/token`,
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
    authorizationServer,
  };

  const answer = answering(arena);
  for (const listener of [api, authorizationServer])
    listener?.server.on('request', (request, response) => {
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
