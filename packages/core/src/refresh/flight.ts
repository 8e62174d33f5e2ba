import type { Clock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import { type Moment, momentOf } from '../session/freshness.ts';
import { isFresh } from '../session/generation.ts';
import type { Sight } from '../shared/record.ts';
import type { ActiveRecord } from '../session/store.ts';
import type { SessionState } from '../session/state.ts';
import type { RefreshLock } from '../session/lock.ts';
import type { SessionRecord } from '../session/store.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { Cell } from '../shared/store-access.ts';
import { commitAnswer } from './commit.ts';
import type { RefreshContext, RefreshReason } from '../session/functions.ts';
import { foreignIntentWait, withIntent, withoutMarks } from '../shared/intent.ts';
import { meaningOf } from './classify.ts';
import { createPause } from '../time/pause.ts';
import { LINGER, listen, REDEMPTION_LIMIT } from './listen.ts';
import { retryDelay } from './retry.ts';
import { markRefreshSignal } from './refresh-signal.ts';
import { safeCause, secretsOf } from '../errors/safe-cause.ts';

/** Ms that a flight waits for the lock: longer than a leased lock takes to come free. */
const LOCK_WAIT = 35_000;
/** Leases that may run out, and writes that may be overtaken, before a flight gives up. */
const MOST_LEASES = 3;
const MOST_CONFLICTS = 100;

/** How a flight ended, for those who waited for it. */
export type FlightEnd =
  /** Memory holds a newer generation than the flight set out from. */
  | { readonly type: 'current' }
  /** The session is over, or another one has taken its place. */
  | { readonly type: 'left' }
  /** The server refused the refresh token. */
  | { readonly type: 'dead'; readonly error: TokenError }
  /** No new token. `silence`: ms until the token endpoint may be called again, at the least. */
  | { readonly type: 'failed'; readonly error: TokenError; readonly silence?: number };

/** What a flight works with. */
export interface FlightPort {
  readonly state: SessionState;
  readonly cell: Cell;
  readonly lock: RefreshLock;
  readonly lockName: string;
  readonly clock: Clock;
  readonly random: () => number;
  /** Random id of this manager, for its intents. */
  readonly owner: string;
  readonly newSession: () => string;
  /** Are intents and dead marks written? */
  readonly marks: boolean;
  /** Calls the token endpoint; `undefined`: from nothing. */
  readonly redeem: (current: TokenSet | undefined, context: RefreshContext) => Promise<unknown>;
  readonly revoke: (tokens: TokenSet) => void;
  /** Generations of whose redemption the answer may have been lost; nobody knows whether their refresh token is spent. */
  readonly unsettled: Pick<WeakSet<ActiveRecord>, 'has'>;
  /** Notes that; for a record without a refresh token there is nothing to note. */
  readonly doubt: (record: ActiveRecord) => void;
  /** When this manager first saw a foreign intent, on its monotonic clock. */
  readonly intentsSeen: Map<string, number>;
  readonly closed: () => boolean;
}

export interface Flight {
  /** What memory held when it began; `undefined`: from nothing. */
  readonly from: ActiveRecord | undefined;
  readonly signal: AbortSignal;
  /** Memory changed, or the manager closes: look again instead of waiting on. */
  interrupt(): void;
  /** Everything is over: the answer stored, the lock released. Never rejects. */
  readonly done: Promise<void>;
}

/**
 * One refresh, from F0 to F9 of the protocol: the same code for a page, a process and a machine. `land` is called
 * exactly once, as soon as those who wait can be answered; what has to be kept is stored before that, or memory is
 * known to be ahead of the store. See docs/protocol.md.
 */
export function startFlight(
  port: FlightPort,
  reason: RefreshReason,
  land: (end: FlightEnd) => void,
): Flight {
  const { state, cell, clock, marks } = port;
  const from = state.held?.record;
  const begun = clock.monotonic();
  const controller = new AbortController(); // F0: the redemption's own; no caller can abort it
  markRefreshSignal(controller.signal);
  const pause = createPause(clock);
  let dispatched = false;
  let landed = false;
  let lockWait = 0;
  let cancelCap = (): void => undefined;
  /** The record that carries our intent. */
  let marked: ActiveRecord | undefined;

  const landOnce = (end: FlightEnd): void => {
    if (landed) return;
    landed = true;
    land(end);
  };

  /** Cookie sessions and client credentials have no token to spend, so there is nothing to mark. */
  const spendsMarked = (record: ActiveRecord): boolean =>
    marks && record.tokens.refreshToken !== undefined;

  /** Is there anything left to do? Asked again after everything that took time. */
  const over = (): FlightEnd | undefined => {
    const { held } = state;
    if (held?.record.session !== from?.session)
      return from === undefined && held !== undefined ? { type: 'current' } : { type: 'left' };
    if (from === undefined) return state.phase === 'signedOut' ? { type: 'left' } : closing();
    if (
      held !== undefined &&
      held.record.gen > from.gen &&
      !state.refused &&
      isFresh(held, momentOf(clock))
    )
      return { type: 'current' };
    if (state.dead !== undefined && reason !== 'requested')
      return { type: 'dead', error: state.dead };
    return closing();
  };

  const closing = (): FlightEnd | undefined =>
    port.closed()
      ? failed(new TokenError('ERR_CLOSED', { message: 'The token manager was closed' }))
      : undefined;

  /** Reads the store and takes over what is newer there; writes what memory holds first where the store is behind. */
  const look = async (): Promise<Sight> => {
    const sight = await cell.read();
    const behind = state.take(sight, 'peer') === 'older' && state.held?.record;
    if (!behind) return sight;
    const mine = withoutMarks(behind);
    const result = await cell.update(
      (now) => (state.held?.record === behind && state.relate(now) === 'older' ? mine : undefined),
      sight,
    );
    if ('written' in result) {
      state.stored = true;
      return { record: mine, version: result.written };
    }
    state.take(result.kept, 'peer');
    return result.kept;
  };

  /** F3. Somebody who may have died without freeing a lease had written that a redemption was under way. */
  const awaitForeignIntent = async (
    intent: SessionRecord['intent'],
    lease: AbortSignal | undefined,
  ): Promise<boolean> => {
    if (
      lease === undefined ||
      intent == null ||
      intent.owner === port.owner ||
      intent.gen !== state.held?.record.gen
    )
      return false;
    const wait = foreignIntentWait(port.intentsSeen, intent, clock.monotonic());
    if (wait > 0) await pause.for(wait);
    return wait > 0;
  };

  /** F2 to F8, under the lock. `lockLost`: the lease ran out before anything was sent. */
  const underLock = async (lease: AbortSignal | undefined): Promise<FlightEnd | 'lockLost'> => {
    for (let attempt = 1, conflicts = 0; ; ) {
      const sight = await look(); // F2
      const end = over();
      if (end !== undefined) return end;
      const base = state.held?.record;
      const { intent } = sight.record ?? {};
      if (await awaitForeignIntent(intent, lease)) continue; // F3
      if (
        base !== undefined &&
        intent?.gen === base.gen &&
        (base !== marked || intent.owner !== port.owner)
      )
        port.doubt(base);

      let { version } = sight;
      if (base !== undefined && spendsMarked(base)) {
        version = await cell.write(
          withIntent(base, { owner: port.owner, startedAt: clock.now(), attempt }),
          version,
        ); // F4
        if (version === undefined) {
          if (++conflicts > MOST_CONFLICTS)
            return failed(
              new TokenError('ERR_REFRESH_UNAVAILABLE', {
                message: 'The store was always written by others',
              }),
            );
          continue;
        }
        marked = base;
      }
      if (lease?.aborted) return 'lockLost'; // F5
      const gone = over() ?? (controller.signal.aborted ? failed(silence()) : undefined);
      if (gone !== undefined) return gone;

      if (!dispatched) {
        dispatched = true;
        cancelCap = clock.setTimeout(() => controller.abort(silence()), REDEMPTION_LIMIT, true);
        state.emit({ type: 'refreshStarted', reason }, base?.tokens.accessToken);
      }
      const started = momentOf(clock); // F6
      const answer = await listen(
        () => port.redeem(base?.tokens, { reason, signal: controller.signal }),
        controller.signal,
        clock,
      );
      if ('value' in answer)
        return commit(answer.value, base, started, { record: sight.record, version });
      if ('silent' in answer) {
        if (base !== undefined) port.doubt(base);
        const end = failed(silence(), LINGER);
        landOnce(end);
        const late = answer.silent.then((found) =>
          'value' in found ? commit(found.value, base, started, undefined) : undefined,
        );
        void late.then(pause.interrupt, pause.interrupt);
        if (!port.closed()) await pause.for(LINGER); // under the lock: nobody else may send this refresh token again meanwhile either
        return end;
      }

      const error = controller.signal.aborted
        ? silence()
        : meaningOf(answer.thrown, base === undefined, secretsOf(base?.tokens), clock.now());
      const mayBeSpent = error.delivery !== 'unsent' && error.delivery !== 'answered';
      if (base !== undefined && error.code === 'ERR_SESSION_ENDED')
        return refused(base, error, lease);
      if (base !== undefined && mayBeSpent) port.doubt(base);
      const delay = retryDelay(error, attempt, port.random());
      if (delay === undefined || controller.signal.aborted || port.closed()) return failed(error);
      await pause.for(delay);
      attempt++;
    }
  };

  const silence = (): TokenError =>
    new TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: `The refresh got no answer within ${REDEMPTION_LIMIT} ms. If the refresh calls through the client that it serves, pass context.signal on, or set tokens: false`,
      delivery: 'unanswered',
    });

  /** F7 and F8: the answer is stored, then shown. */
  const commit = async (
    value: unknown,
    base: ActiveRecord | undefined,
    started: Moment,
    known: Sight | undefined,
  ): Promise<FlightEnd> =>
    commitAnswer(port, {
      value,
      base,
      started,
      known: marks ? known : undefined,
      duration: () => clock.monotonic() - begun,
      lockWait,
      over,
      land: landOnce,
      pause,
    });

  /** The server refused the refresh token: somebody else may have redeemed it a moment ago. */
  const refused = async (
    base: ActiveRecord,
    error: TokenError,
    lease: AbortSignal | undefined,
  ): Promise<FlightEnd> => {
    const dead: FlightEnd = {
      type: 'dead',
      error: port.unsettled.has(base)
        ? new TokenError('ERR_SESSION_ENDED', {
            message:
              'The server refused the refresh token; the answer to an earlier refresh was probably lost',
            cause: error,
          })
        : error,
    };
    for (;;) {
      const sight = await look();
      const end = over();
      if (end !== undefined && end.type !== 'failed') return end;
      if (state.held?.record.gen !== base.gen) return { type: 'current' }; // a peer's, and already due: that one was not refused
      if (!spendsMarked(base)) return dead;
      if (await awaitForeignIntent(sight.record?.intent, lease)) continue;
      const mark = {
        ...withoutMarks(base),
        dead: { gen: base.gen, code: 'invalid_grant', at: clock.now() },
      };
      const result = await cell.update(
        (now) => (state.held?.record === base && state.relate(now) === 'same' ? mark : undefined),
        sight,
      );
      if ('written' in result) return dead;
      state.take(result.kept, 'peer');
    }
  };

  /** Nobody needs to wait for an intent of ours if the server surely did not redeem the token. Best effort: it only spares others a wait. */
  const settleIntent = async (): Promise<void> => {
    const base = marked;
    if (base === undefined || port.unsettled.has(base)) return;
    await cell
      .update(({ record }) =>
        record?.session === base.session &&
        record.gen === base.gen &&
        record.intent?.owner === port.owner
          ? withoutMarks(base)
          : undefined,
      )
      .then(
        (result) => 'kept' in result && state.take(result.kept, 'peer'), // seen, and so known
        () => undefined,
      );
  };

  /** What is done with the lock. Those who wait get their answer before it comes free. */
  const task = async (lease: AbortSignal | undefined): Promise<FlightEnd | 'lockLost'> => {
    const result = await underLock(lease).catch(toFailure);
    if (result !== 'lockLost') landOnce(result);
    if (result === 'lockLost' || result.type === 'failed') await settleIntent();
    return result;
  };

  /** F1 and F9. */
  const fly = async (): Promise<void> => {
    for (let round = 1; ; round++) {
      await look();
      const end = over();
      if (end !== undefined) return landOnce(end);
      const asked = clock.monotonic();
      const waiting = new AbortController();
      const stop = (): void =>
        waiting.abort(
          new TokenError('ERR_REFRESH_UNAVAILABLE', {
            message: `The lock "${port.lockName}" was not free within ${LOCK_WAIT} ms`,
          }),
        );
      const cancelWait = clock.setTimeout(stop, LOCK_WAIT, true);
      let overtaken = false;
      const stopListening = pause.onInterrupt(() => {
        overtaken = true;
        stop();
      });
      const granted: { task?: Promise<FlightEnd | 'lockLost'> } = {};
      try {
        await orAborted(waiting.signal, () =>
          port.lock.request(port.lockName, { signal: waiting.signal }, async (held) => {
            if (waiting.signal.aborted) return; // given up already, so nobody waits for this
            cancelWait();
            stopListening();
            lockWait += clock.monotonic() - asked;
            granted.task = task(held?.signal);
            await granted.task;
          }),
        );
      } catch (error) {
        if (granted.task === undefined) {
          if (overtaken) continue;
          await look();
          return landOnce(over() ?? toFailure(error));
        }
        // The lock failed while it was held. What is under way goes on: the answer to what was sent is still to come.
      } finally {
        cancelWait();
        stopListening();
      }
      const ended = await granted.task;
      if (ended === undefined)
        return landOnce(
          failed(
            new TokenError('ERR_REFRESH_UNAVAILABLE', {
              message: `The lock "${port.lockName}" did not run its task`,
            }),
          ),
        );
      if (ended !== 'lockLost') return;
      if (round >= MOST_LEASES)
        return landOnce(
          failed(
            new TokenError('ERR_REFRESH_UNAVAILABLE', {
              message: `The lease of "${port.lockName}" ran out ${round} times`,
            }),
          ),
        );
    }
  };

  const done = fly()
    .catch((error: unknown) => landOnce(toFailure(error)))
    .finally(() => cancelCap());
  return {
    from,
    signal: controller.signal,
    interrupt() {
      if (over() !== undefined) pause.interrupt();
    },
    done,
  };
}

const failed = (error: TokenError, silence = 0): FlightEnd => ({ type: 'failed', error, silence });

/** Errors of the store are typed already; what else gets here comes from the lock. */
const toFailure = (error: unknown): FlightEnd =>
  failed(
    error instanceof TokenError ||
      (error as { code?: unknown } | undefined)?.code === 'ERR_STORE_RECORD'
      ? (error as TokenError)
      : new TokenError('ERR_REFRESH_UNAVAILABLE', {
          message: 'The lock failed',
          cause: safeCause(error),
        }),
  );

/** A lock that does not listen to its signal must not hold the flight. The signal serves this one wait, and is not aborted after it. */
function orAborted<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    run().then(resolve, reject);
  });
}
