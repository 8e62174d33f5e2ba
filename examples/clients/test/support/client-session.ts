import { manualClock, type SimulatedServer, simulatedServer } from '@unexpired/testing';
import { createTokenManager, type TokenManager } from 'unexpired';
import { type Answer, type Api, startApi } from './api.ts';

/** A client that is connected to the API, as far as the rules go. */
export interface ConnectedClient {
  /** Sends `text` in a body, and resolves with the text that came back. */
  echo(text: string): PromiseLike<unknown>;
  close?(): Promise<void>;
}

/** How to get a client, and an API for it. */
export interface ClientSetup {
  /** How the API behind the client answers. Made anew for each test. */
  answer(server: SimulatedServer): Answer;
  connect(tokens: TokenManager, api: Api): ConnectedClient | Promise<ConnectedClient>;
}

/** A session with the simulated server, a client of its API, and what both saw. */
export interface ClientSession {
  readonly server: SimulatedServer;
  readonly api: Api;
  readonly tokens: TokenManager;
  readonly client: ConnectedClient;
  /** How often the client asked for a token. */
  readonly asked: number;
  expire(): Promise<void>;
  /** An administrator ends it: the refresh token is worthless from now on. */
  end(): void;
  close(): Promise<void>;
}

export async function openSession({ answer, connect }: ClientSetup): Promise<ClientSession> {
  const clock = manualClock();
  const server = simulatedServer({ clock, mode: 'revokes' });
  const tokens = createTokenManager({ refresh: server.refresh, clock });
  await tokens.setSession(server.login());
  const api = await startApi(server, answer(server));
  let asked = 0;
  const counted: TokenManager = {
    ...tokens,
    get status() {
      return tokens.status;
    },
    getToken(options) {
      asked++;
      return tokens.getToken(options);
    },
  };
  const closeOurs = async (): Promise<void> => {
    await Promise.all([tokens.close(), api.close()]);
  };
  let client: ConnectedClient;
  try {
    client = await connect(counted, api);
  } catch (error) {
    await closeOurs();
    throw error;
  }
  asked = 0;
  api.requests.length = 0;
  return {
    server,
    api,
    tokens,
    client,
    get asked() {
      return asked;
    },
    expire: () => clock.advance(3_600_000),
    end: () =>
      server.endSession(String(server.events.find(({ type }) => type === 'signedIn')?.session)),
    async close() {
      await client.close?.();
      await closeOurs();
    },
  };
}

/** A session, closed in the end whatever happens. */
export async function withSession(
  setup: ClientSetup,
  task: (session: ClientSession) => Promise<void>,
): Promise<void> {
  const session = await openSession(setup);
  try {
    await task(session);
  } finally {
    await session.close();
  }
}
