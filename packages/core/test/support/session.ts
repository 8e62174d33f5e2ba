import {
  createTokenManager,
  memoryStore,
  type RefreshLock,
  type TokenError,
  type TokenEvent,
  type TokenManager,
  type TokenManagerOptions,
  type TokenSet,
  type TokenStore,
  tokenErrorOf,
} from '../../src/index.ts';
import { home } from './both-homes.ts';
import { type TestClock, testClock } from './clock.ts';
import { seededRandom } from './random.ts';
import { type StrictServer, strictServer } from './server.ts';

/** A manager on a clock that stands still and a server that detects reuse, and everything that it said. */
export interface TestSession {
  readonly clock: TestClock;
  readonly server: StrictServer;
  readonly tokens: TokenManager;
  readonly events: TokenEvent[];
  readonly ofType: <T extends TokenEvent['type']>(
    type: T,
  ) => Extract<TokenEvent, { readonly type: T }>[];
}

export interface TestSessionOptions
  extends Partial<Omit<TokenManagerOptions, 'acquire' | 'refresh' | 'tokens'>> {
  /** The session that it begins with, where that is not the server's first. */
  readonly tokens?: TokenSet;
  /** The lock of the store; without a store, of a memory store. */
  readonly lock?: RefreshLock | undefined;
  /** Ms until the first token expires. Default -1: it has expired. */
  readonly expiresIn?: number;
  readonly lifetime?: number;
  readonly clock?: TestClock;
  readonly server?: StrictServer;
  readonly seed?: number;
  readonly from?: 'refresh' | 'acquire' | 'both';
  readonly refresh?: StrictServer['refresh'];
}

/** A memory store that holds these tokens. */
export function seededStore(tokens: TokenSet | undefined, lock?: RefreshLock): TokenStore {
  const store = memoryStore({ lock });
  // As another program would leave them there.
  if (tokens !== undefined) void store.write(tokens as never, undefined);
  return store;
}

/** The memory of one manager, or a memory store: a test that says nothing of stores is played on both; see both-homes.ts. */
function whereabouts(
  first: TokenSet | undefined,
  store: TokenStore | undefined,
  lock: RefreshLock | undefined,
): { readonly tokens?: TokenSet } | { readonly store: TokenStore } {
  if (store !== undefined) return { store: lock === undefined ? store : { ...store, lock } };
  if (lock !== undefined || home() === 'store') return { store: seededStore(first, lock) };
  return first === undefined ? {} : { tokens: first };
}

export function testSession(options: TestSessionOptions = {}): TestSession {
  const {
    expiresIn = -1,
    lifetime = 3600,
    clock = testClock(),
    seed = 1,
    from = 'refresh',
    ...rest
  } = options;
  const server = options.server ?? strictServer({ expiresAt: clock.now() + expiresIn, lifetime });
  const events: TokenEvent[] = [];
  const refresh = options.refresh ?? server.refresh;
  const ways =
    from === 'acquire'
      ? { acquire: server.acquire }
      : from === 'both'
        ? { refresh, acquire: server.acquire }
        : { refresh };
  const { server: _server, refresh: _refresh, tokens: own, store, lock, ...session } = rest;
  const tokens = createTokenManager({
    ...whereabouts(own ?? (from === 'refresh' ? server.first : undefined), store, lock),
    random: seededRandom(seed),
    clock,
    ...session,
    ...ways,
  } as TokenManagerOptions);
  tokens.subscribe((event) => events.push(event));
  return {
    clock,
    server,
    tokens,
    events,
    ofType: <T extends TokenEvent['type']>(type: T) =>
      events.filter(
        (event): event is Extract<TokenEvent, { readonly type: T }> => event.type === type,
      ),
  };
}

/** The code of the typed error that a promise rejects with, else what it resolves with. */
export const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => (value as { accessToken?: string } | undefined)?.accessToken,
    (error: unknown) => tokenErrorOf(error)?.code ?? error,
  );

/** The typed error that a promise rejects with, or that is behind what it rejects with; else `undefined`. */
export const errorOf = async (promise: Promise<unknown>): Promise<TokenError | undefined> =>
  tokenErrorOf(await promise.catch((error: unknown) => error));

/** As clients throw an answer that was not a success. */
export const httpError = (
  status: number,
  body?: unknown,
  headers?: Record<string, string>,
): Error =>
  Object.assign(new Error(`Request failed with status code ${status}`), {
    response: { status, data: body, headers: headers ?? {} },
  });
