import { TokenError } from '../errors/errors.ts';
import { type Moment, momentOf } from '../session/freshness.ts';
import type { RefreshReason } from '../session/functions.ts';
import { isFresh, isOther } from '../session/generation.ts';
import type { HeldLock } from '../session/lock.ts';
import type { ActiveRecord } from '../session/store.ts';
import { createPause } from '../time/pause.ts';
import { commitAnswer } from './commit.ts';
import {
  failed,
  type Flight,
  type FlightContext,
  type FlightCore,
  type FlightEnd,
  type FlightTally,
  type OpenSharedFlight,
  type SharedFlight,
} from './flight-types.ts';
import { type Answered, LINGER, listen, REDEMPTION_LIMIT, silenceError } from './listen.ts';
import { type ReadAnswer, readAnswer } from './read-answer.ts';
import { retryDelay } from './retry.ts';
import { underLock } from './under-lock.ts';
import { markRefreshSignal } from './refresh-signal.ts';

/** Leases that may run out before a flight gives up. */
const MOST_LEASES = 3;

/**
 * One refresh, from F0 to F9 of docs/protocol.md. `land` is called exactly once, as soon as those who wait can be
 * answered. `share` is what a flight does besides where others share the session; without it the session is in memory.
 */
export function startFlight(
  context: FlightContext,
  reason: RefreshReason,
  share: OpenSharedFlight | undefined,
  land: (end: FlightEnd) => void,
): Flight {
  const { state, clock } = context;
  const first = state.current?.token;
  const from = state.current?.record;
  const epoch = state.epoch;
  const begun = clock.monotonic();
  const controller = new AbortController(); // F0: the redemption's own; no caller can abort it
  markRefreshSignal(controller.signal);
  const pause = createPause(clock);
  const tally: FlightTally = {
    duration: 0,
    lockWait: 0,
    intentWait: 0,
    unanswered: 0,
    attempts: 0,
  };
  let dispatched = false;
  let calling = false;
  let listening = false;
  let landed = false;
  let cancelCap = (): void => undefined;

  /** Is there anything left to do? Asked again after everything that took time. */
  const over = (): FlightEnd | undefined => {
    const { current, dead } = state;
    if (from === undefined) {
      if (current !== undefined) return { type: 'current', by: 'peer' };
      return state.epoch === epoch ? closing() : { type: 'left' };
    }
    if (current?.record.session !== from.session) return { type: 'left' };
    if (isOther(current.token, first) && !state.refused && isFresh(current, momentOf(clock)))
      return { type: 'current', by: 'peer' };
    if (dead !== undefined && reason !== 'requested')
      return { type: 'dead', error: dead, by: 'peer' };
    return closing();
  };
  const closing = (): FlightEnd | undefined =>
    context.closed()
      ? failed(new TokenError('ERR_CLOSED', { message: 'The token manager was closed' }))
      : undefined;

  const core: FlightCore = {
    context,
    reason,
    from,
    after: from === undefined ? state.record : undefined,
    tally,
    pause,
    over,
    land(end) {
      if (landed) return;
      landed = true;
      tally.duration = clock.monotonic() - begun;
      land(end);
    },
    doubt(base) {
      tally.unanswered++;
      if (base?.tokens.refreshToken !== undefined) context.unsettled.add(base);
    },
  };
  const shared: SharedFlight | undefined = share?.(core);

  /** F6: calls the function and listens to it. */
  const dispatch = (base: ActiveRecord | undefined): ReturnType<typeof listen> => {
    if (!dispatched) {
      dispatched = true;
      cancelCap = clock.setTimeout(() => controller.abort(silenceError()), REDEMPTION_LIMIT, true);
    }
    tally.attempts++;
    listening = calling = true;
    const { signal } = controller;
    try {
      // A copy: people write the answer into what they were given.
      const current = base && { ...base.tokens };
      return listen(() => context.redeem(current, { reason, signal }), signal, clock);
    } finally {
      calling = false; // a function that is asynchronous has returned its promise by now
    }
  };

  const read = (
    answer: Answered,
    base: ActiveRecord | undefined,
    started: Moment,
  ): Promise<ReadAnswer> =>
    readAnswer(answer, {
      fromNothing: base === undefined,
      current: base?.tokens,
      startedAt: started.now,
      classify: context.classify,
      accept: context.accept,
      clock,
    });

  /** F2 to F8, under the lock. `lockLost`: the lease ran out before anything was sent. */
  const attempts = async (held: HeldLock): Promise<FlightEnd | 'lockLost'> => {
    for (let attempt = 1; ; attempt++) {
      const stop = await shared?.prepare(attempt, held);
      if (stop !== undefined) return stop;
      const gone = over() ?? (controller.signal.aborted ? failed(silenceError()) : undefined);
      if (gone !== undefined) return gone;

      const base = state.current?.record;
      const started = momentOf(clock);
      const answer = await dispatch(base);
      if ('silent' in answer) return linger(answer.silent, base, started);
      listening = false;
      const reading = await read(answer, base, started);
      if (!('error' in reading)) return commitAnswer(core, shared, reading, base, started);

      const error = controller.signal.aborted ? silenceError() : reading.error;
      if (base !== undefined && error.code === 'ERR_SESSION_ENDED') return refused(base, error);
      if (error.delivery !== 'unsent' && error.delivery !== 'answered') core.doubt(base);
      const delay = retryDelay(error, attempt, context.random());
      if (delay === undefined || controller.signal.aborted || context.closed())
        return failed(error);
      await pause.for(delay);
    }
  };

  /** The call ignores its signal: its answer may still come. Nobody else may send this refresh token until then. */
  const linger = async (
    silent: Extract<Awaited<ReturnType<typeof listen>>, { silent: unknown }>['silent'],
    base: ActiveRecord | undefined,
    started: Moment,
  ): Promise<FlightEnd> => {
    core.doubt(base);
    const end = failed(silenceError(), LINGER);
    core.land(end);
    const late = silent.then(async (found) => {
      listening = false;
      const reading = await read(found, base, started);
      if (!('error' in reading)) await commitAnswer(core, shared, reading, base, started);
    });
    void late.then(pause.interrupt, pause.interrupt);
    await shared?.linger();
    if (!context.closed()) await pause.for(LINGER);
    return end;
  };

  const refused = async (base: ActiveRecord, error: TokenError): Promise<FlightEnd> => {
    const lost = context.unsettled.has(base)
      ? new TokenError('ERR_SESSION_ENDED', {
          message:
            'The server refused the refresh token; the answer to an earlier refresh was probably lost',
          cause: error,
        })
      : error;
    const dead: FlightEnd = { type: 'dead', error: lost, by: 'self' };
    return shared === undefined ? (over() ?? dead) : shared.refused(base, dead);
  };

  /** What is done with the lock. Those who wait get their answer before it comes free. */
  const task = async (held: HeldLock): Promise<FlightEnd | 'lockLost'> => {
    const result = await attempts(held).catch(toFailure);
    if (result !== 'lockLost') core.land(result);
    if (result === 'lockLost' || result.type === 'failed') await shared?.settle();
    return result;
  };

  /** F1 and F9. */
  const fly = async (): Promise<void> => {
    for (let round = 1; ; ) {
      await shared?.look();
      const end = over();
      if (end !== undefined) return core.land(end);
      const { lock, lockName: name } = context;
      const waited = (ms: number): void => void (tally.lockWait += ms);
      const result = await underLock({ lock, name, clock, pause, waited }, task);
      if (result === 'interrupted') continue;
      if ('failed' in result) {
        await shared?.look();
        return core.land(over() ?? failed(result.failed));
      }
      if (result.done !== 'lockLost') return;
      if (round++ >= MOST_LEASES) {
        const message = `The lease of "${name}" ran out ${MOST_LEASES} times`;
        return core.land(failed(new TokenError('ERR_REFRESH_UNAVAILABLE', { message })));
      }
    }
  };

  const done = fly()
    .catch((error: unknown) => core.land(toFailure(error)))
    .finally(() => cancelCap());
  return {
    from,
    reason,
    signal: controller.signal,
    get calling() {
      return calling;
    },
    get listening() {
      return listening;
    },
    tally,
    interrupt() {
      if (over() !== undefined) pause.interrupt();
    },
    done,
  };
}

/** Whatever is thrown here comes from the store, and is typed already. */
const toFailure = (error: unknown): FlightEnd =>
  failed(
    error instanceof TokenError ||
      (error as { code?: unknown } | undefined)?.code === 'ERR_STORE_RECORD'
      ? (error as TokenError)
      : new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'The refresh failed', cause: error }),
  );
