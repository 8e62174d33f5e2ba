import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenErrorOf } from 'unexpired';
import { type ClientSession, type ClientSetup, openSession } from './client-session.ts';
import { failureOf } from './pauses.ts';

/** What is peculiar to one client. */
export interface ClientUnderTest extends ClientSetup {
  readonly name: string;
  /** Text in how many calls makes one request. Default 1. */
  readonly batch?: number;
  /** The session had ended when the request was made. */
  readonly ended: {
    /** How often the client asked for a token before it gave up: once for each time that it called `fetch`. */
    readonly asked: number;
    /** For how long it kept the caller waiting with pauses in between, in ms: from, to. Default is not at all. */
    readonly waited?: readonly [number, number];
    /** What the caller got is one of these, with these properties. */
    readonly type?: abstract new (
      ...args: never
    ) => Error;
    readonly like?: Readonly<Record<string, unknown>>;
    /** Does `tokenErrorOf` find our error behind it? Default is `true`. */
    readonly found?: boolean;
  };
  /** The session ended with a 401 in hand: what the caller got is the client's own, of status 401. */
  readonly refused: {
    /** Reads the status from the client's error. */
    statusOf(error: unknown): unknown;
    /** Where `tokenErrorOf` finds our error: the `Response`, where the client keeps it. Default is nowhere. */
    explained?(error: unknown): unknown;
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
    const burst = (): Promise<unknown[]> =>
      Promise.all(texts.map((text) => session.client.echo(text)));
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
      const {
        asked,
        waited: [from, to] = [0, 0],
        type = Error,
        like = {},
        found = true,
      } = client.ended;
      await session.expire();
      session.end();
      const { error, waited } = await failureOf(() => session.client.echo('too late'));
      expect(error).toBeInstanceOf(type);
      expect(error).toMatchObject(like);
      // The same whether this call found the session ended, or a retry of it came after.
      expect(tokenErrorOf(error)?.action).toBe(found ? 'signIn' : undefined);
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
      const { statusOf, explained = () => error } = client.refused;
      expect(statusOf(error)).toBe(401);
      expect(tokenErrorOf(explained(error))?.code).toBe(
        client.refused.explained && 'ERR_SESSION_ENDED',
      );
      expect(session.api.requests).toHaveLength(1);
      expect(session.server.counters.calls).toBe(1);
    });
  });
}
