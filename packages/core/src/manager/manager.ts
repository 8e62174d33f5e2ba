import { check, isAmount, isFunction } from '../errors/check-value.ts';
import { createPacing } from '../refresh/pacing.ts';
import type { SessionStatus, TokenEvent } from '../session/events.ts';
import { momentOf } from '../session/freshness.ts';
import type { RefreshReason } from '../session/functions.ts';
import { isFresh } from '../session/generation.ts';
import { createRevoker } from '../session/revoker.ts';
import { createSessionState } from '../session/state.ts';
import { birthNow, firstGeneration } from '../session/succession.ts';
import { systemClock } from '../time/clock.ts';
import { within } from '../time/within.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import { requireTokenSet } from '../tokens/read-token-set.ts';
import { subjectOf } from '../tokens/subject.ts';
import type { IssuedToken } from '../tokens/tokens.ts';
import type { CallContext, Explainable } from './call-context.ts';
import { callListener } from './call-listener.ts';
import { createFlights, type Flights } from './flights.ts';
import type { Home, HomeParts, OpenHome } from './home.ts';
import { checkOptions, intentLimitOf, type TokenManagerOptions } from './options.ts';
import { memoryHome } from './sign-in-out.ts';
import type { CookieParts, PooledManager, TokenManager } from './token-manager.ts';
import { closedError, createWaiting, rejectValidFor, type Waiting } from './waiting.ts';

/** Ms that `close()` takes at the most: an attempt, and the store after it. */
const CLOSE_LIMIT = 75_000;

/**
 * Keeps one session alive: checks the token's expiry before each request, refreshes once for everybody who needs it,
 * and knows which token a refused request should be replayed with. Throws a `TypeError` that names the option that is
 * wrong.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 *
 * const tokens = createTokenManager({
 *   refresh: ({ refreshToken }, { signal }) =>
 *     fetch('/auth/refresh', {
 *       method: 'POST',
 *       headers: { 'content-type': 'application/json' },
 *       body: JSON.stringify({ refreshToken }),
 *       signal,
 *     }),
 * });
 * ```
 */
export function createTokenManager(options: TokenManagerOptions): TokenManager {
  checkOptions(options);
  return managerOf(options).manager;
}

export function managerOf(options: TokenManagerOptions, cookies?: CookieParts): PooledManager {
  const { refresh, acquire, store, clock = systemClock, random = Math.random } = options;
  const { waitTimeout = 30_000, maxWaiting = 100_000 } = options;
  const name = options.name ?? store?.name ?? 'session';
  const listeners = new Set<(event: TokenEvent) => void>();
  let closed: Promise<void> | undefined;
  let callContext: CallContext | undefined;
  const isClosed = (): boolean => closed !== undefined;
  const newId = (): string =>
    Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32).toString(36)).join('');

  const state = createSessionState({
    clock,
    random,
    acquires: acquire !== undefined,
    windows: {
      skewWindow: options.skewWindow ?? 30_000,
      backgroundWindow: options.backgroundWindow ?? 0,
    },
    emit(event, token) {
      const full: TokenEvent = {
        name,
        at: clock.now(),
        ...(token !== undefined && { token: fingerprint(token) }),
        ...event,
      };
      for (const listener of [...listeners]) callListener(() => listener(full));
    },
    changed() {
      flights?.changed();
      waiting.pump();
    },
  });
  const revoker = createRevoker(options.revoke, clock, state.emit);
  const pacing = createPacing(clock, random);

  const parts: HomeParts = {
    state,
    clock,
    random,
    newId,
    revoker,
    subjectOf: (tokens) => subjectOf(tokens, options.subject),
    ended: () => state.dead !== undefined,
    waitTimeout,
    intentLimit: intentLimitOf(options.rotation),
    refreshing: () => flights?.refreshing(),
    park: () => flights?.park(),
    closed: isClosed,
    pump: () => waiting.pump(),
  };
  const home: Home =
    store === undefined
      ? memoryHome(parts, name, cookies?.lock)
      : (store.home as OpenHome)(store, parts);

  const unsettled = new WeakSet<object>();
  /** Made for a flight, and let go of after it: of thousands of sessions few refresh at one moment. */
  let flights: Flights | undefined;
  const fly = (reason: RefreshReason): void => {
    flights ??= createFlights({
      ...parts,
      lock: home.lock,
      lockName: home.lockName,
      redeem(current, about) {
        const call = (): Promise<unknown> =>
          current === undefined || refresh === undefined
            ? (acquire as NonNullable<typeof acquire>)(about)
            : refresh(current, about);
        return callContext === undefined ? call() : callContext.run(call);
      },
      accept: cookies?.accept,
      classify: options.classify,
      unsettled,
      pacing,
      share: home.share,
      waiting,
      idle: () => (flights = undefined),
    });
    flights.start(reason);
  };

  const waiting: Waiting = createWaiting({
    state,
    clock,
    pacing,
    home,
    flights: () => flights,
    fly,
    canAcquire: acquire !== undefined,
    waitTimeout,
    maxWaiting,
    closed: isClosed,
    inside: () => callContext?.isInside() === true,
  });

  // ---- a session to begin with

  if (options.tokens !== undefined) {
    const tokens = requireTokenSet(options.tokens, clock.now(), 'tokens');
    state.adopt(firstGeneration(tokens, birthNow(parts, tokens)), { by: 'self', origin: 'signIn' });
  } else if (store === undefined) state.foundEmpty();

  const manager: TokenManager & Explainable = {
    get status() {
      return state.status;
    },
    async ready(wait) {
      if (state.status === 'unknown') await waiting.enter({ kind: 'know' }, wait);
      return state.status as Exclude<SessionStatus, 'unknown'>;
    },
    getToken(wait = {}) {
      const { validFor = 0 } = wait;
      if (!isAmount(validFor)) return rejectValidFor(validFor);
      const { current } = state;
      if (current !== undefined && !state.refused && !isClosed() && !home.busy()) {
        const moment = momentOf(clock);
        if (isFresh(current, moment, validFor) && !flights?.isReentrant(wait.signal)) {
          const dueSoon =
            current.background > 0 && !isFresh(current, moment, undefined, current.background);
          if (
            dueSoon &&
            !flights?.flying() &&
            state.dead === undefined &&
            pacing.obstacle(current) === undefined
          )
            fly('due');
          return current.ready;
        }
      }
      return waiting.enter({ kind: 'get', validFor }, wait);
    },
    // Made anew since the token was handed out, a manager has to read the store to know it.
    replaceRejected(rejected, wait) {
      const isToken = typeof rejected === 'string';
      return waiting.enter(
        {
          kind: 'replace',
          accessToken: isToken ? rejected : undefined,
          rejected: isToken ? undefined : { session: rejected.session, gen: rejected.generation },
          place: undefined,
        },
        wait,
      );
    },
    issued: (accessToken) => state.placeOf(accessToken) !== undefined,
    report: (event) => state.emit(event),
    async refresh(wait) {
      if (pacing.endEarly()) waiting.pump();
      return (await waiting.enter({ kind: 'renew' }, wait)) as IssuedToken; // nobody signed in is an error here
    },
    async setSession(tokens, how = {}) {
      if (isClosed()) throw closedError();
      await home.setSession(requireTokenSet(tokens, clock.now(), 'setSession'), how);
    },
    async signOut() {
      if (isClosed()) throw closedError();
      await home.signOut();
    },
    onRefresh(found) {
      callContext = found;
      return () => {
        callContext = undefined;
      };
    },
    subscribe(listener) {
      check('subscribe', listener, isFunction);
      const own = (event: TokenEvent): void => listener(event); // so that the same function may subscribe twice
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    close() {
      closed ??= closing();
      return closed;
    },
  };

  const closing = async (): Promise<void> => {
    await Promise.resolve(); // from here on this manager counts as closed
    waiting.stop();
    flights?.interrupt();
    waiting.pump();
    // What is owed now is tried at once; what a flight will owe, after it.
    const landed = Promise.resolve(flights?.settled());
    const stored = [home.close(), landed.then(() => home.close())];
    const work = Promise.all([...stored, revoker.settled()]);
    await within<unknown>(clock, CLOSE_LIMIT, work, () => undefined);
    waiting.pump();
    listeners.clear();
  };

  return {
    manager,
    needed: () => flights?.busy() === true || home.owes(),
    volatile: () => home.volatile() && refresh !== undefined,
  };
}
