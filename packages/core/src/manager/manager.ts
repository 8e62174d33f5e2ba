import { isAmount, nameOf } from '../errors/check-value.ts';
import { TokenError } from '../errors/errors.ts';
import type { CookieAnswer, FlightContext } from '../refresh/flight-types.ts';
import { createPacing } from '../refresh/pacing.ts';
import type { SessionStatus, TokenEvent } from '../session/events.ts';
import { momentOf } from '../session/freshness.ts';
import { isFresh } from '../session/generation.ts';
import { createRevoker } from '../session/revoker.ts';
import { createSessionState } from '../session/state.ts';
import { birthNow, firstGeneration } from '../session/succession.ts';
import type { TokenSource, WaitOptions } from '../source.ts';
import { systemClock } from '../time/clock.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import { requireTokenSet } from '../tokens/read-token-set.ts';
import { subjectOf } from '../tokens/subject.ts';
import type { IssuedToken, TokenResponse, TokenSet } from '../tokens/tokens.ts';
import type { CallContext, Explainable } from './call-context.ts';
import { tell } from './call-listener.ts';
import { type DecisionInput, decide, type Need, type Waiter } from './decide.ts';
import { createFlights } from './flights.ts';
import type { Home, HomeParts, OpenHome, SetSessionOptions } from './home.ts';
import { checkOptions, intentLimitOf, type TokenManagerOptions } from './options.ts';
import { createSilenceWatch } from './silence-watch.ts';
import { memoryHome } from './sign-in-out.ts';
import { createWaitQueue, type Settlement } from './wait-queue.ts';

/** One session, kept alive. Every method works unbound. */
export interface TokenManager extends TokenSource {
  /** Synchronous, without any call: fit for `useSyncExternalStore(tokens.subscribe, () => tokens.status)`. */
  readonly status: SessionStatus;
  /**
   * Finds out whether somebody is signed in: reads the store, tries `acquire` where that is empty, never refreshes. Rejects
   * with a `TokenError` when it cannot be known now: an outage is no reason to open a login.
   */
  ready(options?: WaitOptions): Promise<Exclude<SessionStatus, 'unknown'>>;
  /**
   * A token fit to send, refreshed first if it has to be; `undefined`: nobody is signed in, or the session has ended.
   * `validFor`: refresh first unless the token is good for this many ms (at most nine tenths of its lifetime);
   * "validate once, then fan out". Rejects with a `TokenError` when a refresh was needed and could not be had, or with
   * the signal's reason.
   */
  getToken(
    options?: WaitOptions & { readonly validFor?: number | undefined },
  ): Promise<IssuedToken | undefined>;
  replaceRejected(
    rejected: string | Pick<IssuedToken, 'session' | 'generation'>,
    options?: WaitOptions,
  ): Promise<IssuedToken | undefined>;
  /**
   * A new token whatever the expiry says (roles or tenant changed). Joins a refresh that is under way. With `acquire`, also
   * after a sign-out: a login may have been made elsewhere. Rejects with a `TokenError` when none could be had.
   */
  refresh(options?: WaitOptions): Promise<IssuedToken>;
  /**
   * Takes over the tokens of a login that you made. Requests made from now on wait until they are stored; rejects when
   * they could not be, or with `delivery: 'unanswered'` when that is not known. Refresh tokens that this session has or had,
   * here or in the store, change nothing: a second effect, a second tab. One that was signed out is ERR_SIGNED_OUT, unless
   * `again`. Not needed inside of `refresh`, which returns them.
   */
  setSession(tokens: TokenSet | TokenResponse, options?: SetSessionOptions): Promise<void>;
  /** Ends it here at once, and wherever the store reaches. Rejects when the store could not be written: it ended here all the same, and the store is tried again. */
  signOut(): Promise<void>;
  /** Returns unsubscribe. Called after {@link status} has changed. */
  subscribe(listener: (event: TokenEvent) => void): () => void;
  /** No more refreshes, timers or listeners; resolves when a dispatched refresh has been stored, after 75 s at the latest. Await it before `process.exit`. */
  close(): Promise<void>;
}

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

/** A manager, and what a pool asks of it besides. */
export interface PooledManager {
  readonly manager: TokenManager;
  /** Is it still at work, or does it know what its store does not? Closing it takes time then, and may fail. */
  readonly needed: () => boolean;
  /** Would the session surely be gone with it? Not where another manager gets it from nothing again. */
  readonly volatile: () => boolean;
}

/** What a session in cookies does otherwise. */
export interface CookieParts {
  /** What is kept instead of tokens, of a successful answer. */
  readonly complete: (answer: CookieAnswer) => TokenSet;
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
      for (const listener of [...listeners]) tell(() => listener(full));
    },
    changed() {
      flights.changed();
      pump();
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
    refreshing: () => flights.refreshing(),
    park: () => flights.park(),
    closed: isClosed,
    pump: () => pump(),
  };
  const home: Home =
    store === undefined ? memoryHome(parts, name) : (store.home as OpenHome)(store, parts);

  const context: FlightContext = {
    state,
    lock: home.lock,
    lockName: home.lockName,
    clock,
    random,
    newSession: newId,
    redeem(current, about) {
      const call = (): Promise<unknown> =>
        current === undefined || refresh === undefined
          ? (acquire as NonNullable<typeof acquire>)(about)
          : refresh(current, about);
      return callContext === undefined ? call() : callContext.run(call);
    },
    cookies: cookies?.complete,
    classify: options.classify,
    subjectOf: parts.subjectOf,
    revoke: revoker.revoke,
    unsettled: new WeakSet(),
    closed: isClosed,
  };
  const flights = createFlights(context, {
    pacing,
    newId,
    share: () => home.share,
    waiting: () => queue.size,
    countRound: () => queue.settle((waiter) => void waiter.rounds++),
    moveOn: (epoch) =>
      queue.settle((waiter) => {
        if (waiter.epoch === epoch) waiter.epoch = state.epoch;
        return undefined;
      }),
    pump: (failure) => pump(failure),
  });

  // ---- waiting

  const obstacle = (): TokenError | undefined => pacing.obstacle(state.current);
  const input: DecisionInput = {
    state,
    canAcquire: acquire !== undefined,
    suspended: () => home.busy,
    call: () => home.call,
    parked: flights.parked,
    moment: () => momentOf(clock),
    flying: () => flights.flying,
    obstacle,
    endsBefore: pacing.endsBefore,
    revived: () => flights.revived,
  };

  const queue = createWaitQueue<Waiter, IssuedToken | undefined>({
    clock,
    timeout: waitTimeout,
    limit: maxWaiting,
    late(waiter) {
      const { current } = state;
      const mine = !home.busy && waiter.epoch === state.epoch && waiter.need.kind === 'get';
      const valid =
        mine && current !== undefined && isFresh(current, momentOf(clock), undefined, 0);
      if (valid && !(state.refused && state.dead !== undefined)) return { give: current.token };
      const message = `No new token within ${waitTimeout} ms. If the refresh calls through the client that it serves, pass context.signal on, or set tokens: false`;
      return { fail: new TokenError('ERR_WAIT_LIMIT', { message, cause: obstacle() }) };
    },
  });

  const silence = createSilenceWatch(clock, {
    obstacle,
    endEarly: pacing.endEarly,
    over: () => pump(),
  });

  /** What a waiter gets, or `undefined` after starting whatever it has to wait for. */
  const next = (
    waiter: Waiter,
    failure?: TokenError,
  ): Settlement<IssuedToken | undefined> | undefined => {
    const decision = decide(waiter, input, failure);
    if (!('wait' in decision)) return decision;
    if (decision.wait === 'place') return placeRejected(waiter) ?? next(waiter, failure);
    if (isClosed() && !flights.flying) return { fail: closedError() };
    if (decision.wait === 'store') load();
    else if (decision.wait === 'silence') silence.watch();
    else if (decision.wait !== 'transition') flights.start(decision.wait);
    return undefined;
  };

  const pump = (failure?: TokenError): void => queue.settle((waiter) => next(waiter, failure));

  const enter = (need: Need, { signal }: WaitOptions = {}): Promise<IssuedToken | undefined> => {
    if (isClosed()) return Promise.reject(closedError());
    if (flights.isReentrant(signal)) return Promise.reject(reentrantError());
    if (signal?.aborted) return Promise.reject(signal.reason);
    const epoch = home.busy ? undefined : state.epoch;
    const deadline = clock.monotonic() + waitTimeout;
    const waiter: Waiter = { need, epoch, call: home.call, gen: undefined, rounds: 0, deadline };
    const end = next(waiter);
    if (end === undefined && flights.flying && callContext?.isInside() === true)
      return Promise.reject(insideError());
    if (end === undefined) return queue.enter(waiter, signal);
    return 'give' in end ? Promise.resolve(end.give) : Promise.reject(end.fail);
  };

  const load = (): void => {
    home.load().then(
      () => pump(),
      (error: TokenError) => {
        if (state.phase === 'unknown' && !home.busy) queue.settle(() => ({ fail: error }));
      },
    );
  };

  // ---- a session to begin with

  if (options.tokens !== undefined) {
    const tokens = requireTokenSet(options.tokens, clock.now(), 'tokens');
    state.adopt(firstGeneration(tokens, birthNow(parts, tokens)), { by: 'self', origin: 'signIn' });
  } else if (store === undefined) state.foundEmpty();

  /** The API refused a token: which one was that, and what follows? Settles the waiter where nothing does. */
  const placeRejected = (waiter: Waiter): Settlement<undefined> | undefined => {
    const need = waiter.need as Extract<Need, { kind: 'replace' }>;
    const place = need.rejected ?? state.placeOf(need.accessToken ?? '');
    const { current, dead } = state;
    if (place === undefined || place.session !== current?.record.session)
      return { give: undefined };
    need.place = place;
    const late = place.gen < current.record.gen;
    const settled = late || dead !== undefined || flights.renews(current.record);
    const limited = settled ? undefined : pacing.mayReplace(current);
    const then = rejection({ late, dead, limited, blocked: settled ? undefined : obstacle() });
    state.emit({ type: 'rejected', then }, need.accessToken ?? current.token.accessToken);
    if (limited !== undefined) return { fail: limited };
    if (!late) state.refused = true;
    return undefined;
  };

  const manager: TokenManager & Explainable = {
    get status() {
      return state.status;
    },
    async ready(wait) {
      if (state.status === 'unknown') await enter({ kind: 'know' }, wait);
      return state.status as Exclude<SessionStatus, 'unknown'>;
    },
    getToken(wait = {}) {
      const { validFor = 0 } = wait;
      if (!isAmount(validFor))
        return Promise.reject(
          new TypeError(`validFor: expected ms, zero or more, got ${nameOf(validFor)}`),
        );
      const { current } = state;
      if (current !== undefined && !state.refused && !isClosed() && !home.busy) {
        const moment = momentOf(clock);
        if (isFresh(current, moment, validFor) && !flights.isReentrant(wait.signal)) {
          const dueSoon =
            current.background > 0 && !isFresh(current, moment, undefined, current.background);
          if (dueSoon && !flights.flying && state.dead === undefined && obstacle() === undefined)
            flights.start('due');
          return current.ready;
        }
      }
      return enter({ kind: 'get', validFor }, wait);
    },
    // Made anew since the token was handed out, a manager has to read the store to know it.
    replaceRejected: (rejected, wait) =>
      enter(
        typeof rejected === 'string'
          ? { kind: 'replace', accessToken: rejected, rejected: undefined, place: undefined }
          : {
              kind: 'replace',
              accessToken: undefined,
              rejected: { session: rejected.session, gen: rejected.generation },
              place: undefined,
            },
        wait,
      ),
    issued: (accessToken) => state.placeOf(accessToken) !== undefined,
    report: (event) => state.emit(event),
    async refresh(wait) {
      if (pacing.endEarly()) pump();
      return (await enter({ kind: 'renew' }, wait)) as IssuedToken; // nobody signed in is an error here
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
      if (typeof listener !== 'function')
        throw new TypeError(`subscribe: expected a function, got ${nameOf(listener)}`);
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
    silence.stop();
    flights.interrupt();
    pump();
    const work = Promise.all([flights.settled().then(() => home.close()), revoker.settled()]);
    await within(clock, CLOSE_LIMIT, work);
    pump();
    listeners.clear();
  };

  return {
    manager,
    needed: () => flights.busy || home.owes,
    volatile: () => home.volatile && refresh !== undefined,
  };
}

/** What follows a refusal by the API. */
function rejection(of: {
  readonly late: boolean;
  readonly dead: unknown;
  readonly limited: unknown;
  readonly blocked: unknown;
}): 'late' | 'ended' | 'limited' | 'backOff' | 'refresh' {
  if (of.late) return 'late';
  if (of.dead !== undefined) return 'ended';
  if (of.limited !== undefined) return 'limited';
  return of.blocked === undefined ? 'refresh' : 'backOff';
}

const closedError = (): TokenError =>
  new TokenError('ERR_CLOSED', { message: 'The token manager was closed' });

const reentrantError = (): TokenError =>
  new TokenError('ERR_REENTRANT', {
    message: 'Called from inside the refresh, which this call would wait for',
  });

/** Async context alone says this: on a queue that callers share, it may be somebody else's request. It is an error, and never changes what is sent. */
const insideError = (): TokenError =>
  new TokenError('ERR_WAIT_LIMIT', {
    message:
      'This call seems to come from inside of the refresh that it would wait for. Pass context.signal on, or set tokens: false',
  });

/** Waits for `work`, but not for longer than `limit` ms. */
const within = (clock: typeof systemClock, limit: number, work: Promise<unknown>): Promise<void> =>
  new Promise((resolve, reject) => {
    const cancel = clock.setTimeout(resolve, limit, true);
    work.finally(cancel).then(() => resolve(), reject);
  });
