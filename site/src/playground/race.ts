import { simulatedFetch, simulatedServer } from '@unexpired/testing';
import { type Kept, type Lane, ORIGIN } from './lane.ts';

export interface RaceOptions {
  readonly requests: number;
  /** Ms of each way over the network. */
  readonly latency: number;
  /** What the server does to a refresh token that comes twice. */
  readonly mode: 'revokes' | 'grace';
  /** The answer to the first refresh is lost on its way. */
  readonly loseAnswer: boolean;
  /** The network is down as the first refresh begins, and back after three times the latency. */
  readonly offline: boolean;
  /** Somebody signs out while the first refresh is under way. */
  readonly signOut: boolean;
  readonly secondTab: boolean;
}

export type RequestState = 'waiting' | 'answered' | 'failed';

/** What can be seen of a lane. */
export interface Seen {
  readonly requests: readonly RequestState[];
  readonly refreshes: number;
  readonly reuses: number;
  /** Is the session still good at the server? */
  readonly alive: boolean;
  /** A request a moment after the others: is the session of any use to the client? */
  readonly next: RequestState;
  /** After a sign-out: does the client believe that somebody is signed in again? */
  readonly signedInAgain: boolean;
  readonly done: boolean;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets one lane refresh an expired token, and tells what can be seen whenever that changes. */
export async function race(
  lane: Lane,
  options: RaceOptions,
  tell: (seen: Seen) => void,
): Promise<Seen> {
  const { latency } = options;
  const server = simulatedServer({
    mode: options.mode,
    accessTokenLifetime: 3_600_000,
    graceWindow: 10_000,
  });
  const arrive = simulatedFetch(server);
  let offlineUntil = 0;
  let refreshing = false;
  const send = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    if (!refreshing && new URL(request.url).pathname === '/token') {
      refreshing = true;
      if (options.offline) offlineUntil = performance.now() + 3 * latency;
      if (options.loseAnswer) server.plan({ type: 'drop', when: 'after' });
      if (options.signOut) setTimeout(() => void signOut(), latency / 2);
    }
    if (performance.now() < offlineUntil) throw new TypeError('Failed to fetch');
    await pause(latency);
    const response = await arrive(request);
    await pause(latency);
    return response;
  };

  const kept: Kept = { tokens: server.login() as NonNullable<Kept['tokens']> };
  const tabs = await lane.open(
    { server, network: { adapter: 'fetch', env: { fetch: send } }, kept },
    options.secondTab ? 2 : 1,
  );
  server.endAccessTokens(); // the token has expired
  const session = kept.tokens?.refresh_token ?? '';

  const states: RequestState[] = Array.from({ length: options.requests }, () => 'waiting');
  let signedOut = false;
  let next: RequestState = 'waiting';
  let done = false;
  const signOut = async (): Promise<void> => {
    signedOut = true;
    await Promise.all(tabs.slice(0, 1).map((tab) => tab.signOut()));
  };
  const look = (): Seen => ({
    requests: [...states],
    refreshes: server.counters.calls,
    reuses: server.counters.reuseDetections,
    alive: server.statusOf(session) !== 'revoked',
    next,
    signedInAgain: signedOut && done && tabs.some((tab) => tab.isSignedIn()),
    done,
  });

  await Promise.all(
    states.map(async (_, index) => {
      const tab = tabs[index % tabs.length];
      // Not all in one moment, as on a page: a few ms apart.
      await pause((index * latency) / options.requests / 2);
      try {
        await tab?.api.get(`${ORIGIN}/items/${index}`);
        states[index] = 'answered';
      } catch {
        states[index] = 'failed'; // shown as such
      }
      tell(look());
    }),
  );
  await pause(latency);
  await tabs[0]?.api.get(`${ORIGIN}/next`).then(
    () => (next = 'answered'),
    () => (next = 'failed'),
  );
  done = true;
  const seen = look();
  tell(seen);
  return seen;
}
