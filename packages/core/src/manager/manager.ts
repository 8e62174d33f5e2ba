import { systemClock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import type { TokenEvent } from '../session/events.ts';
import { fingerprint } from '../tokens/fingerprint.ts';
import { createArrivals } from '../refresh/limiter.ts';
import { createBackOff } from '../refresh/back-off.ts';
import { createCell } from '../shared/store-access.ts';
import { type Flight, type FlightEnd, type FlightPort, startFlight } from '../refresh/flight.ts';
import type { RefreshReason } from '../session/functions.ts';
import type { TokenSource, WaitOptions } from '../source.ts';
import { inProcessLock } from '../refresh/mutex-lock.ts';
import { memoryStore } from '../stores/memory-store.ts';
import type { AccessToken, TokenResponse, TokenSet } from '../tokens/tokens.ts';
import { decide, type Facts, type Need, type Waiter } from './decide.ts';
import { momentOf } from '../session/freshness.ts';
import { isFresh } from '../session/generation.ts';
import { checkOptions, type TokenManagerOptions } from './options.ts';
import { isAmount, nameOf } from '../errors/check-value.ts';
import type { ActiveRecord } from '../session/store.ts';
import { createRevoker } from '../session/revoker.ts';
import { createSessionState } from '../session/state.ts';
import { tell } from './call-listener.ts';
import { requireTokenSet } from '../tokens/read-token-set.ts';
import { createTransitions } from '../shared/sign-in-out.ts';
import { createWaitQueue, type Settlement } from './wait-queue.ts';

/** One session, kept alive. Every method works unbound. */
export interface TokenManager extends TokenSource {
  /**
   * Synchronous, without a refresh. `unknown` until the store was read and, with `acquire`, until it was tried;
   * `ended`: the server refused, sign in again.
   */
  readonly status: 'unknown' | 'signedOut' | 'signedIn' | 'ended';
  /**
   * A token fit to send, refreshed first if it has to be; `undefined`: nobody is signed in, or the session has ended.
   * `validFor`: refresh first unless the token is good for this many ms (at most nine tenths of its lifetime);
   * "validate once, then fan out". Rejects with a `TokenError` when a refresh was needed and could not be had, or with
   * the signal's reason.
   */
  getToken(
    options?: WaitOptions & { readonly validFor?: number | undefined },
  ): Promise<AccessToken | undefined>;
  /**
   * A new token whatever the expiry says (roles or tenant changed). Joins a refresh that is under way. Rejects with a
   * `TokenError` when none could be had.
   */
  refresh(options?: WaitOptions): Promise<AccessToken>;
  /** Starts a session. Requests made from now on wait until it is stored. Rejects when it could not be; then nothing has changed. */
  setSession(tokens: TokenSet | TokenResponse): Promise<void>;
  /** Ends it here at once, and wherever the store reaches. Rejects when the store could not be written: it ended here all the same, and the store is tried again. */
  signOut(): Promise<void>;
  /** Returns unsubscribe. Called after {@link status} has changed. */
  subscribe(listener: (event: TokenEvent) => void): () => void;
  /** No more refreshes, timers or listeners; resolves when a dispatched refresh has been stored. Await it before `process.exit`. */
  close(): Promise<void>;
}

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
  const {
    refresh,
    acquire,
    store = memoryStore(),
    clock = systemClock,
    random = Math.random,
    waitTimeout = 30_000,
    maxWaiting = 100_000,
  } = options;
  const name = options.name ?? store.name;
  const listeners = new Set<(event: TokenEvent) => void>();
  const newId = (): string =>
    Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 32).toString(36)).join('');

  const arrivals = createArrivals();
  const backOff = createBackOff(clock, random);
  const flights = new Set<Flight>();
  let flight: Flight | undefined;
  let revived: TokenError | undefined;
  /** Was it found that nobody is signed in? That changes nothing in the state, but what `status` says. */
  let nobody = false;
  let closed = false;
  let opened: (() => void) | undefined;
  let loading = false;

  const state = createSessionState({
    clock,
    random,
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
    changed: () => {
      if (flight !== undefined && flight.from?.session !== state.held?.record.session)
        flight = undefined; // it goes on by itself, for a session that is over
      for (const each of flights) each.interrupt();
      pump();
    },
  });

  const cell = createCell(
    store,
    clock,
    (message) =>
      state.emit({ type: 'warning', code: 'STORE_PERMISSIONS', message, error: undefined }),
    (record) => {
      const sight = { record, version: undefined };
      if (state.relate(sight) === 'newer') state.take(sight, 'peer');
    },
  );
  const revoker = createRevoker(options.revoke, clock, state.emit);
  const unsettled = new WeakSet<ActiveRecord>();
  const port: FlightPort = {
    state,
    cell,
    lock: options.lock ?? store.lock ?? inProcessLock(),
    lockName: `unexpired:${name}`,
    clock,
    random,
    owner: newId(),
    newSession: newId,
    marks: store.shared !== false,
    classify: options.classify,
    redeem: (current, context) =>
      current === undefined || refresh === undefined
        ? (acquire as NonNullable<typeof acquire>)(context)
        : refresh(current, context),
    revoke: revoker.revoke,
    unsettled,
    doubt: (record) => record.tokens.refreshToken !== undefined && unsettled.add(record),
    intentsSeen: new Map(),
    closed: () => closed,
  };

  // ---- waiting

  const facts: Facts = {
    state,
    canAcquire: acquire !== undefined,
    suspended: () => transitions.busy,
    moment: () => momentOf(clock),
    flying: () => flight !== undefined,
    blocked() {
      const obstacle = backOff.obstacle(state.held?.record);
      if (obstacle !== undefined) return obstacle;
      const wait = arrivals.wait(clock.monotonic());
      return wait > 0
        ? new TokenError('ERR_REFRESH_LIMIT', {
            message: 'Too many tokens were refused or had expired on arrival',
            retryAfter: wait,
          })
        : undefined;
    },
    revived: () => revived,
  };

  const queue = createWaitQueue<Waiter, AccessToken | undefined>({
    clock,
    timeout: waitTimeout,
    limit: maxWaiting,
    late(waiter) {
      const valid =
        waiter.need.kind === 'get' &&
        !transitions.busy &&
        waiter.epoch === state.epoch &&
        state.held !== undefined &&
        !state.refused &&
        isFresh(state.held, momentOf(clock), undefined, 0);
      return valid
        ? { give: state.held?.token }
        : {
            fail: new TokenError('ERR_WAIT_LIMIT', {
              message: `No new token within ${waitTimeout} ms. If the refresh calls through the client that it serves, pass context.signal on, or set tokens: false`,
            }),
          };
    },
  });

  /** What a waiter gets, or `undefined` after starting whatever it has to wait for. */
  const next = (
    waiter: Waiter,
    failure?: TokenError,
  ): Settlement<AccessToken | undefined> | undefined => {
    const verdict = decide(waiter, facts, failure);
    if (!('wait' in verdict)) return verdict;
    if (closed && flight === undefined) return { fail: closedError() };
    if (verdict.wait === 'store') load();
    else if (verdict.wait !== 'transition') launch(verdict.wait);
    return undefined;
  };

  const pump = (failure?: TokenError): void => queue.settle((waiter) => next(waiter, failure));

  const enter = (
    need: Need,
    { signal }: WaitOptions = {},
    gen?: number,
  ): Promise<AccessToken | undefined> => {
    if (closed) return Promise.reject(closedError());
    if (isReentrant(signal))
      return Promise.reject(
        new TokenError('ERR_REENTRANT', {
          message: 'Called from inside the refresh, which this call would wait for',
        }),
      );
    if (signal?.aborted) return Promise.reject(signal.reason);
    const waiter: Waiter = { need, epoch: state.epoch, gen, rounds: 0 };
    const end = next(waiter);
    if (end === undefined) return queue.enter(waiter, signal);
    return 'give' in end ? Promise.resolve(end.give) : Promise.reject(end.fail);
  };

  const isReentrant = (signal: AbortSignal | undefined): boolean => {
    for (const each of flights) if (each.signal === signal) return true;
    return false;
  };

  // ---- the store and the flight

  const open = (): void => {
    opened ??=
      store.subscribe?.(() => {
        if (!closed && state.phase !== 'unknown')
          void cell.read().then((sight) => !closed && state.take(sight, 'peer'), ignoreUntilDue);
      }) ?? ((): void => undefined);
  };

  const foundNobody = (): void => {
    if (nobody) return;
    nobody = true;
    state.emit({ type: 'signedOut', by: 'store' }, undefined);
  };

  const load = (): void => {
    open();
    if (loading) return;
    loading = true;
    cell.read().then(
      (sight) => {
        loading = false;
        state.take(sight, 'store');
        if (state.phase === 'empty' && acquire === undefined) foundNobody();
        pump();
      },
      (error: TokenError) => {
        loading = false;
        if (state.phase === 'unknown' && !transitions.busy) queue.settle(() => ({ fail: error }));
      },
    );
  };

  const launch = (reason: RefreshReason): void => {
    if (flight !== undefined || closed) return;
    revived = state.dead; // whose session has ended is refreshed only because somebody asked for it
    const mine = startFlight(port, reason, (end) => landed(mine, end));
    flight = mine;
    flights.add(mine);
    void mine.done.then(() => flights.delete(mine));
  };

  const landed = (mine: Flight, end: FlightEnd): void => {
    if (flight !== mine) return; // of a session that is over
    flight = undefined;
    if (end.type === 'current') backOff.end();
    if (end.type === 'failed' && !closed) {
      const delay = backOff.begin(mine.from, state.held?.record, end.error, end.silence);
      if (end.error.code === 'ERR_REFRESH_ANSWER') arrivals.note(clock.monotonic());
      if (end.error.code === 'ERR_REFRESH_CONFIGURATION')
        state.emit(
          { type: 'warning', code: 'CONFIGURATION', message: end.error.message, error: end.error },
          undefined,
        );
      if (end.error.code === 'ERR_SIGNED_OUT') foundNobody();
      else
        state.emit(
          { type: 'refreshFailed', error: end.error, retryAt: clock.now() + delay },
          state.held?.token.accessToken,
        );
    }
    queue.settle((waiter) => void waiter.rounds++);
    pump('error' in end ? end.error : undefined); // before the session is marked: those who waited get the error, those who come later find it over
    if (end.type === 'dead') state.markDead(end.error);
  };

  const transitions = createTransitions({
    state,
    cell,
    clock,
    random,
    newId,
    revoker,
    open,
    pump,
    closed: () => closed,
  });

  const closedError = (): TokenError =>
    new TokenError('ERR_CLOSED', { message: 'The token manager was closed' });

  return {
    get status() {
      switch (state.phase) {
        case 'unknown':
        case 'empty':
          return nobody ? 'signedOut' : 'unknown';
        case 'signedOut':
          return 'signedOut';
        case 'active':
          return state.dead === undefined ? 'signedIn' : 'ended';
      }
    },
    getToken(wait = {}) {
      const { validFor = 0 } = wait;
      if (!isAmount(validFor))
        return Promise.reject(
          new TypeError(`validFor: expected ms, zero or more, got ${nameOf(validFor)}`),
        );
      const { held } = state;
      if (held !== undefined && !state.refused && !closed && !transitions.busy) {
        const moment = momentOf(clock);
        if (isFresh(held, moment, validFor) && !isReentrant(wait.signal)) {
          if (
            held.background > 0 &&
            flight === undefined &&
            !isFresh(held, moment, undefined, held.background) &&
            state.dead === undefined &&
            facts.blocked() === undefined
          )
            launch('due');
          return held.ready;
        }
      }
      return enter({ kind: 'get', validFor }, wait);
    },
    replaceRejected(accessToken, wait) {
      const of = state.generationOf(accessToken);
      const { held } = state;
      if (of === undefined || held === undefined || of.session !== held.record.session)
        return Promise.resolve(undefined);
      const late = of.gen < held.record.gen;
      state.emit({ type: 'rejected', late }, accessToken);
      if (!late) {
        if (
          state.dead === undefined &&
          flight?.from !== held.record &&
          held.origin === 'refresh' &&
          !arrivals.mayReplace(held, held.since, clock.monotonic())
        )
          return Promise.resolve(undefined);
        state.refused = true;
      }
      return enter({ kind: 'replace', accessToken, session: of.session }, wait, of.gen);
    },
    issued: (accessToken) => state.generationOf(accessToken) !== undefined,
    refresh: (wait) => enter({ kind: 'renew' }, wait) as Promise<AccessToken>, // nobody signed in is an error here
    async setSession(tokens) {
      if (closed) throw closedError();
      await transitions.signIn(requireTokenSet(tokens, clock.now(), 'setSession'));
    },
    async signOut() {
      if (closed) throw closedError();
      await transitions.signOut();
    },
    subscribe(listener) {
      if (typeof listener !== 'function')
        throw new TypeError(`subscribe: expected a function, got ${typeof listener}`);
      const own = (event: TokenEvent): void => listener(event); // so that the same function may subscribe twice
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    async close() {
      closed = true;
      opened?.();
      transitions.stop();
      for (const each of flights) each.interrupt();
      pump();
      await Promise.all([
        ...[...flights].map((each) => each.done),
        transitions.settled(),
        revoker.settled(),
      ]);
      pump();
      listeners.clear();
    },
  };
}

/** The wake-up only saves time: whoever is due reads the store again, and reports what is wrong with it. */
const ignoreUntilDue = (): void => undefined;
