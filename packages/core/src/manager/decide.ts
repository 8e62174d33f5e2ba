import { TokenError } from '../errors/errors.ts';
import type { RefreshReason } from '../session/functions.ts';
import type { AccessToken } from '../tokens/tokens.ts';
import type { Moment } from '../session/freshness.ts';
import { isExpired, isFresh } from '../session/generation.ts';
import type { SessionState } from '../session/state.ts';
import type { Settlement } from './wait-queue.ts';

/** What somebody wants of the session. */
export type Need =
  | { readonly kind: 'get'; readonly validFor: number }
  | { readonly kind: 'replace'; readonly accessToken: string; readonly session: string }
  | { readonly kind: 'renew' };

export interface Waiter {
  readonly need: Need;
  /** The session's epoch when the wait began. */
  readonly epoch: number;
  /** The generation that is not good enough; `undefined`: the one that is there when there is one to be known. */
  gen: number | undefined;
  /** Flights that have ended while this waiter waited, whoever had asked for them. */
  rounds: number;
}

/** What a decision is made from. */
export interface Facts {
  readonly state: SessionState;
  readonly canAcquire: boolean;
  /** Is a sign-in or sign-out being stored? */
  readonly suspended: () => boolean;
  readonly moment: () => Moment;
  readonly flying: () => boolean;
  /** Why the token endpoint may not be called now. */
  readonly blocked: () => TokenError | undefined;
  /** The end of a session that a manual refresh has already tried to undo. */
  readonly revived: () => TokenError | undefined;
}

export type Verdict =
  | Settlement<AccessToken | undefined>
  | { readonly wait: 'store' | 'transition' | RefreshReason };

/** A waiter whose token is not good enough after this many flights gets what there is. */
const MOST_ROUNDS = 2;

/**
 * What a waiter gets now, or what it has to wait for. `failure` is how the flight that it waited for failed: all
 * waiters of one flight get the same error.
 */
export function decide(waiter: Waiter, facts: Facts, failure: TokenError | undefined): Verdict {
  const { state } = facts;
  if (waiter.epoch !== state.epoch)
    return {
      fail: new TokenError('ERR_SIGNED_OUT', {
        message: 'The session was signed out, or replaced by another, while this waited',
      }),
    };
  if (facts.suspended()) return { wait: 'transition' };
  if (state.phase === 'unknown') return { wait: 'store' };
  waiter.gen ??= state.held?.record.gen ?? -1;
  return state.held === undefined
    ? withoutSession(waiter, facts, failure)
    : withSession(waiter, facts, failure);
}

function withoutSession(
  { need }: Waiter,
  { state, canAcquire, blocked, flying }: Facts,
  failure: TokenError | undefined,
): Verdict {
  if (need.kind === 'replace') return { give: undefined };
  if (state.phase === 'empty' && canAcquire) {
    const reason = failure ?? (flying() ? undefined : blocked());
    if (reason === undefined) return { wait: 'empty' };
    if (reason.code !== 'ERR_SIGNED_OUT' || need.kind === 'renew') return { fail: reason };
  }
  return need.kind === 'renew'
    ? { fail: new TokenError('ERR_SIGNED_OUT', { message: 'Nobody is signed in' }) }
    : { give: undefined };
}

function withSession(waiter: Waiter, facts: Facts, failure: TokenError | undefined): Verdict {
  const { need } = waiter;
  const { state } = facts;
  const { held, dead } = state as SessionState & {
    readonly held: NonNullable<SessionState['held']>;
  };
  const moment = facts.moment();
  const give = { give: held.token };
  const expired = isExpired(held, moment);
  const usable = !state.refused && !expired;
  const moved = held.record.gen > Number(waiter.gen);

  if (need.kind === 'replace') {
    // Of a session that was replaced while a sign-in was being stored, or the same token again: the refusal stands.
    // Expired, it is only what a useless answer left behind: that is an error, or a matter for the next flight.
    const again = moved && !expired && held.token.accessToken === need.accessToken;
    if (need.session !== held.record.session || again) return { give: undefined };
  }
  if (usable && (need.kind === 'get' || moved)) {
    const goodEnough = isFresh(held, moment, need.kind === 'get' ? need.validFor : 0);
    if (
      goodEnough ||
      waiter.rounds >= MOST_ROUNDS ||
      dead !== undefined ||
      failure !== undefined ||
      (!facts.flying() && facts.blocked() !== undefined)
    )
      return give;
  }
  if (failure !== undefined) return { fail: failure };
  if (dead !== undefined && !facts.flying() && !(need.kind === 'renew' && facts.revived() !== dead))
    return need.kind === 'get' ? { give: undefined } : { fail: dead };
  const obstacle = facts.flying() ? undefined : facts.blocked();
  if (obstacle !== undefined) return { fail: obstacle };
  return {
    wait: need.kind === 'get' || moved ? 'due' : need.kind === 'replace' ? 'rejected' : 'requested',
  };
}
