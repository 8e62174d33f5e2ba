import { unless } from '../errors/check-value.ts';
import { TokenError } from '../errors/errors.ts';
import type { Pacing } from '../refresh/pacing.ts';
import { type Moment, momentOf } from '../session/freshness.ts';
import { isFresh, isOther } from '../session/generation.ts';
import type { RefreshReason } from '../session/functions.ts';
import type { SessionState } from '../session/state.ts';
import type { WaitOptions } from '../source.ts';
import { reasonOf } from '../time/abortable.ts';
import type { Clock } from '../time/clock.ts';
import type { IssuedToken } from '../tokens/tokens.ts';
import { type DecisionInput, decide, type Need, type Waiter } from './decide.ts';
import type { Flights } from './flights.ts';
import type { Home } from './home.ts';
import { createSilenceWatch, type SilenceWatch } from './silence-watch.ts';
import { createWaitQueue, type Settlement } from './wait-queue.ts';

/** Everybody who cannot be answered at once, and what each of them gets. There is no other way to settle a waiter. */
export interface Waiting {
  /** How many wait. */
  readonly size: () => number;
  /** How many have been answered so far. */
  readonly answered: () => number;
  /** Answers at once, or as soon as `decide` says how. */
  enter(need: Need, options?: WaitOptions): Promise<IssuedToken | undefined>;
  /** Something changed: asks `decide` again for everybody. `failure`: how the flight failed that they waited for. */
  pump(failure?: TokenError): void;
  /** One flight more has ended, for all who wait. */
  countRound(): void;
  /** Those who waited since this epoch go on with the session that there is now. */
  moveOn(epoch: number): void;
  /** Waits for no silence any more. */
  stop(): void;
}

export function createWaiting(parts: {
  readonly state: SessionState;
  readonly clock: Clock;
  readonly pacing: Pacing;
  readonly home: Home;
  readonly flights: () => Flights | undefined;
  readonly fly: (reason: RefreshReason) => void;
  readonly canAcquire: boolean;
  readonly waitTimeout: number;
  readonly maxWaiting: number;
  readonly closed: () => boolean;
  /** Is the code that asks known to be part of the refresh? */
  readonly inside: () => boolean;
}): Waiting {
  const { state, clock, pacing, home, flights, waitTimeout, maxWaiting, closed, inside } = parts;
  const obstacle = (): TokenError | undefined => pacing.obstacle(state.current);
  const input: DecisionInput = {
    state,
    canAcquire: parts.canAcquire,
    suspended: home.busy,
    stale: home.stale,
    decided: home.decided,
    parked: (epoch) => flights()?.parked(epoch),
    moment: () => momentOf(clock),
    flying: () => flights()?.flying(),
    obstacle,
    endsBefore: pacing.endsBefore,
    revived: () => flights()?.revived(),
  };

  const queue = createWaitQueue<Waiter, IssuedToken | undefined>({
    clock,
    timeout: waitTimeout,
    limit: maxWaiting,
    late(waiter) {
      const { current } = state;
      const mine = !home.busy() && waiter.epoch === state.epoch && waiter.need.kind === 'get';
      const valid =
        mine && current !== undefined && isFresh(current, momentOf(clock), undefined, 0);
      if (valid && !(state.refused && state.dead !== undefined)) return { give: current.token };
      const message = `No new token within ${waitTimeout} ms. If the refresh calls through the client that it serves, pass context.signal on, or set tokens: false`;
      return { fail: new TokenError('ERR_WAIT_LIMIT', { message, cause: obstacle() }) };
    },
  });

  let silence: SilenceWatch | undefined; // made when there is one
  const watchSilence = (): void => {
    silence ??= createSilenceWatch(clock, {
      obstacle,
      endEarly: pacing.endEarly,
      over: () => pump(),
    });
    silence.watch();
  };

  /** What a waiter gets, or `undefined` after starting whatever it has to wait for. */
  const next = (
    waiter: Waiter,
    failure?: TokenError,
    about = input,
  ): Settlement<IssuedToken | undefined> | undefined => {
    const decision = decide(waiter, about, failure);
    if (!('wait' in decision)) return decision;
    if (decision.wait === 'place') return placeRejected(waiter) ?? next(waiter, failure, about);
    if (closed() && !flights()?.flying()) return { fail: closedError() };
    if (decision.wait === 'store') load();
    else if (decision.wait === 'silence') watchSilence();
    else if (decision.wait !== 'transition') parts.fly(decision.wait);
    return undefined;
  };

  const pump = (failure?: TokenError): void => {
    // All are decided upon in one go: they have one moment.
    let moment: Moment | undefined;
    const about: DecisionInput = { ...input, moment: () => (moment ??= momentOf(clock)) };
    queue.settle((waiter) => next(waiter, failure, about));
  };

  const enter = (need: Need, { signal }: WaitOptions = {}): Promise<IssuedToken | undefined> => {
    if (closed()) return Promise.reject(closedError());
    if (flights()?.isReentrant(signal)) return Promise.reject(reentrantError());
    if (signal?.aborted) return Promise.reject(reasonOf(signal));
    const busy = home.busy();
    const epoch = busy ? undefined : state.epoch;
    const deadline = clock.monotonic() + waitTimeout;
    const within = { epoch: state.epoch, decided: home.decided() };
    const call = home.call();
    const waiter: Waiter = { need, epoch, call, within, old: undefined, rounds: 0, deadline };
    const end = next(waiter);
    if (end === undefined && flights()?.flying() && inside()) return Promise.reject(insideError());
    if (end === undefined) return queue.enter(waiter, signal, deadline);
    return 'give' in end ? Promise.resolve(end.give) : Promise.reject(end.fail);
  };

  let loading = false;
  const load = (): void => {
    if (loading) return; // all who wait for the store are asked again once
    loading = true;
    const over = (): void => {
      loading = false;
    };
    home
      .load()
      .finally(over)
      .then(
        () => pump(),
        (error: TokenError) => {
          if (state.phase === 'unknown' && !home.busy()) queue.settle(() => ({ fail: error }));
          else pump(); // what is known already is not forgotten because the store is down
        },
      );
  };

  /** The API refused a token: which one was that, and what follows? Settles the waiter where nothing does. */
  const placeRejected = (waiter: Waiter): Settlement<undefined> | undefined => {
    const need = waiter.need as Extract<Need, { kind: 'replace' }>;
    const place = need.rejected ?? state.placeOf(need.accessToken ?? '');
    const { current, dead } = state;
    if (place === undefined || place.session !== current?.record.session)
      return { give: undefined };
    need.place = place;
    const late = isOther(current.token, { generation: place.gen, accessToken: need.accessToken });
    const settled = late || dead !== undefined || flights()?.renews(current.record);
    const limited = settled ? undefined : pacing.mayReplace(current);
    const then = rejection({ late, dead, limited, blocked: settled ? undefined : obstacle() });
    state.emit({ type: 'rejected', then }, need.accessToken ?? current.token.accessToken);
    if (limited !== undefined) return { fail: limited };
    if (!late) state.refused = true;
    return undefined;
  };

  return {
    size: queue.size,
    answered: queue.answered,
    enter,
    pump,
    countRound: () => queue.settle((waiter) => void waiter.rounds++),
    moveOn: (epoch) =>
      queue.settle((waiter) => {
        if (waiter.epoch === epoch) waiter.epoch = state.epoch;
        return undefined;
      }),
    stop: () => silence?.stop(),
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

export const closedError = (): TokenError =>
  new TokenError('ERR_CLOSED', { message: 'The token manager was closed' });

const reentrantError = (): TokenError =>
  new TokenError('ERR_REENTRANT', {
    message: 'Called from inside the refresh that it would wait for',
  });

/** Async context alone says this: on a queue that callers share, it may be somebody else's request. It is an error, and never changes what is sent. */
const insideError = (): TokenError =>
  new TokenError('ERR_WAIT_LIMIT', {
    message:
      'This call seems to come from inside of the refresh that it would wait for. Pass context.signal on, or set tokens: false',
  });

export const rejectValidFor = async (value: unknown): Promise<never> => {
  throw new TypeError(`validFor: ${unless(false, 'ms, zero or more', value)}`);
};
