import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { manualClock, type SimulatedServer, simulatedServer } from '@unexpired/testing';
import { createTokenManager, type TokenManager, tokenErrorOf } from 'unexpired';
import { type Answer, type Api, startApi } from './api.ts';
import { failureOf } from './pauses.ts';

/** A client that is connected to the API, as far as the rules go. */
export interface ConnectedClient {
  /** Sends `text` in a body, and resolves with the text that came back. */
  echo(text: string): PromiseLike<unknown>;
  close?(): Promise<void>;
}

/** What is peculiar to one client. */
export interface ClientUnderTest {
  readonly name: string;
  /** How the API behind the client answers. Made anew for each test. */
  answer(server: SimulatedServer): Answer;
  connect(tokens: TokenManager, api: Api): ConnectedClient | Promise<ConnectedClient>;
  /** Text in how many calls makes one request. Default 1. */
  readonly batch?: number;
  /** The session had ended when the request was made. */
  readonly ended: {
    /** How often the client asked for a token before it gave up: once for each time that it called `fetch`. */
    readonly asked: number;
    /** For how long it kept the caller waiting with pauses in between, in ms: from, to. Default is not at all. */
    readonly waited?: readonly [number, number];
    /** What the caller got. Default is any error that `tokenErrorOf` finds ours behind. */
    check?(error: unknown): void;
  };
  /** The session ended with a 401 in hand: what the caller got is the client's own, of status 401. */
  readonly refused: {
    /** Reads the status from the client's error. */
    statusOf(error: unknown): unknown;
    /** Where our error is to be found, where the client keeps the `Response`. */
    explained?(error: unknown): unknown;
  };
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

export async function openSession({ answer, connect }: Pick<ClientUnderTest, 'answer' | 'connect'>): Promise<ClientSession> {
  const clock = manualClock();
  const server = simulatedServer({ clock, mode: 'revokes' });
  const tokens = createTokenManager({ refresh: server.refresh, clock });
  await tokens.signIn(server.signIn());
  const api = await startApi(server, answer(server));
  let asked = 0;
  const counted: TokenManager = {
    ...tokens,
    get status() {
      return tokens.status;
    },
    getTokens(options) {
      asked++;
      return tokens.getTokens(options);
    },
  };
  const client = await connect(counted, api);
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
    end: () => server.endSession(String(server.events.find(({ type }) => type === 'signedIn')?.session)),
    async close() {
      await client.close?.();
      await Promise.all([tokens.close(), api.close()]);
    },
  };
}

/** What every client has to do with a fetch of ours. */
export function clientContract(client: ClientUnderTest): void {
  describe(`${client.name}, with a fetch of ours`, () => {
    let session: ClientSession;
    beforeEach(async () => {
      session = await openSession(client);
    });
    afterEach(() => session.close());

    const texts = Array.from({ length: 20 }, (_, index) => `text ${index} of the burst`);
    const burst = (): Promise<unknown[]> => Promise.all(texts.map((text) => session.client.echo(text)));
    const bodies = (authorized: boolean): string[] =>
      session.api.requests
        .filter((received) => received.authorized === authorized)
        .map(({ body }) => body)
        .sort();
    const requests = texts.length / (client.batch ?? 1);

    it('makes one refresh for a burst that finds the token expired, and every request succeeds', async () => {
      await session.expire();
      expect(await burst()).toEqual(texts);
      expect(session.server.counters).toMatchObject({ calls: 1, reuseDetections: 0 });
      expect([bodies(true).length, bodies(false).length]).toEqual([requests, 0]);
    });

    it('makes one refresh for a burst whose token is refused, and sends each request once more, body intact', async () => {
      session.server.endAccessTokens();
      expect(await burst()).toEqual(texts);
      expect(session.server.counters).toMatchObject({ calls: 1, reuseDetections: 0 });
      expect(bodies(true)).toHaveLength(requests);
      expect(bodies(false)).toEqual(bodies(true));
      expect(bodies(true).join()).toContain(texts[0]);
    });

    it(`fails, asking ${client.ended.asked} times, when the session is found ended, and sends nothing`, async () => {
      const { asked, waited: [from, to] = [0, 0], check = checkFound } = client.ended;
      await session.expire();
      session.end();
      const { error, waited } = await failureOf(() => session.client.echo('too late'));
      check(error);
      expect(session.asked).toBe(asked);
      expect(waited).toBeGreaterThanOrEqual(from);
      expect(waited).toBeLessThanOrEqual(to);
      expect(session.api.requests).toEqual([]);
      expect(session.server.counters.calls).toBe(1);
    });

    it('hands over the 401 when the session ends with that in hand', async () => {
      session.end();
      session.server.endAccessTokens();
      const error = await Promise.resolve(session.client.echo('too late')).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const { statusOf, explained } = client.refused;
      expect(statusOf(error)).toBe(401);
      if (explained) expect(tokenErrorOf(explained(error))?.code).toBe('ERR_SESSION_ENDED');
      expect(session.api.requests).toHaveLength(1);
      expect(session.server.counters.calls).toBe(1);
    });
  });
}

/** The same whether this request found the session ended, or a retry of it came after. */
export function checkFound(error: unknown): void {
  expect(error).toBeInstanceOf(Error);
  expect(tokenErrorOf(error)?.action).toBe('signIn');
}
