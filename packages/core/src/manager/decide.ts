import { TokenError } from '../errors/errors.ts';
import type { Moment } from '../session/freshness.ts';
import type { RefreshReason } from '../session/functions.ts';
import {
  type Generation,
  isExpired,
  isFresh,
  isOther,
  type OldToken,
} from '../session/generation.ts';
import type { Place, SessionState } from '../session/state.ts';
import type { IssuedToken } from '../tokens/tokens.ts';
import type { Decided } from './home.ts';
import type { Settlement } from './wait-queue.ts';

/** What somebody wants of the session. */
export type Need =
  | { readonly kind: 'get'; readonly validFor: number }
  | {
      readonly kind: 'replace';
      /** The refused token, where it is known: it must not be given again. */
      readonly accessToken: string | undefined;
      /** The refused generation, where the caller names it. */
      readonly rejected: Place | undefined;
      /** Which generation it is; `undefined`: to be found out once the session is known. */
      place: Place | undefined;
    }
  | { readonly kind: 'renew' }
  /** To know whether somebody is signed in. */
  | { readonly kind: 'know' };

export interface Waiter {
  readonly need: Need;
  /** The session's epoch when the wait began; `undefined`: it began while a sign-in or sign-out was being stored. */
  epoch: number | undefined;
  /** The number of the latest sign-in or sign-out when the wait began. */
  readonly call: number;
  /** The session's epoch then, and what had counted. */
  readonly within: { readonly epoch: number; readonly decided: Decided | undefined };
  /** The token that is not good enough; `undefined`: the current one, once one is known. */
  old: OldToken | undefined;
  /** Flights that have ended while this waiter waited, also those that others had asked for. */
  rounds: number;
  /** When its time is up, on the monotonic clock. */
  readonly deadline: number;
}

/** What a decision is made from. */
export interface DecisionInput {
  readonly state: SessionState;
  readonly canAcquire: boolean;
  /** Is a sign-in or sign-out being stored? */
  readonly suspended: () => boolean;
  /** Is it worth another look at the store before nobody is said to be signed in? */
  readonly stale: () => boolean;
  /** The latest sign-in or sign-out that has ended a session, or begun one. */
  readonly decided: () => Decided | undefined;
  /** Do those who wait since this epoch still wait for the refresh function, although another session has begun? */
  readonly parked: (epoch: number) => boolean | undefined;
  readonly moment: () => Moment;
  readonly flying: () => boolean | undefined;
  /** Why the token endpoint may not be called now. */
  readonly obstacle: () => TokenError | undefined;
  /** Is a silence over before `deadline`, so that a waiter can join the next try? */
  readonly endsBefore: (obstacle: TokenError, deadline: number) => boolean;
  /** The end of a session that a manual refresh has already tried to undo. */
  readonly revived: () => TokenError | undefined;
}

export type Decision =
  | Settlement<IssuedToken | undefined>
  | { readonly wait: 'store' | 'place' | 'transition' | 'silence' | RefreshReason };

const NONE: OldToken = { generation: -1 };
/** A waiter whose token is not good enough after this many flights gets what there is. */
const MOST_ROUNDS = 2;

/**
 * What a waiter gets now, or what it has to wait for. `failure` is how the flight that it waited for failed: all
 * waiters of one flight get the same error.
 */
export function decide(
  waiter: Waiter,
  input: DecisionInput,
  failure: TokenError | undefined,
): Decision {
  const { state } = input;
  // Of whatever session: the question was whether there is one.
  if (waiter.need.kind === 'know' && state.status !== 'unknown') return { give: undefined };
  if (wasReplaced(waiter, input)) return { fail: replacedError() };
  if (input.suspended()) return { wait: 'transition' };
  if (waiter.epoch !== undefined && waiter.epoch !== state.epoch) return { wait: 'transition' }; // parked
  if (state.phase === 'unknown') return { wait: 'store' };
  waiter.epoch ??= state.epoch;
  if (waiter.need.kind === 'replace') {
    const { place, accessToken } = waiter.need;
    if (place === undefined) return { wait: 'place' };
    waiter.old ??= { generation: place.gen, accessToken };
  }
  const asks = waiter.need.kind === 'get' || waiter.need.kind === 'renew';
  if (state.current === undefined && asks && input.stale()) return { wait: 'store' };
  waiter.old ??= state.current?.token ?? NONE;
  return state.current === undefined
    ? withoutSession(waiter, input, failure)
    : withSession(waiter, state.current, input, failure);
}

const wasReplaced = (
  { epoch, call, within }: Waiter,
  { state, parked, decided }: DecisionInput,
): boolean => {
  if (epoch !== undefined) return epoch !== state.epoch && !parked(epoch);
  const latest = decided();
  if (latest !== undefined && call < latest.call) return true;
  // It belongs to the session that the latest sign-in began, or, where none has counted since it came, to the one that there
  // was then. A peer may have ended that while others still wait.
  const own = within.decided === latest ? within.epoch : latest?.epoch;
  return own !== undefined && own !== state.epoch && !parked(own);
};

const replacedError = (): TokenError =>
  new TokenError('ERR_SIGNED_OUT', {
    message: 'The session was signed out or replaced while this waited',
  });

function withoutSession(
  waiter: Waiter,
  input: DecisionInput,
  failure: TokenError | undefined,
): Decision {
  const { need } = waiter;
  const { state, canAcquire } = input;
  if (need.kind === 'replace') return { give: undefined };
  // After a sign-out nobody is found by itself; but a login may have been made elsewhere, and somebody asks for it by hand.
  if (
    canAcquire &&
    (state.phase === 'empty' || (need.kind === 'renew' && state.phase === 'signedOut'))
  ) {
    const obstacle = failure ?? (input.flying() ? undefined : input.obstacle());
    if (obstacle === undefined) return { wait: 'empty' };
    if (failure === undefined && input.endsBefore(obstacle, waiter.deadline))
      return { wait: 'silence' };
    if (obstacle.code !== 'ERR_SIGNED_OUT' || need.kind === 'renew') return { fail: obstacle };
  }
  return need.kind === 'renew'
    ? { fail: new TokenError('ERR_SIGNED_OUT', { message: 'Nobody is signed in' }) }
    : { give: undefined };
}

function withSession(
  waiter: Waiter,
  current: Generation,
  input: DecisionInput,
  failure: TokenError | undefined,
): Decision {
  const { need } = waiter;
  const { state } = input;
  const { dead } = state;
  const moment = input.moment();
  const give = { give: current.token };
  const expired = isExpired(current, moment);
  const moved = isOther(current.token, waiter.old);

  if (need.kind === 'replace') {
    // Of a session that was replaced while a sign-in was being stored, or the same token again: the refusal stands.
    // Expired, it is only what a useless answer left behind: that is an error, or a matter for the next flight.
    const again = moved && !expired && current.token.accessToken === need.accessToken;
    if (need.place?.session !== current.record.session || again) return { give: undefined };
  }
  if (!expired && (need.kind === 'get' || moved) && !(state.refused && dead !== undefined)) {
    const validFor = need.kind === 'get' ? need.validFor : 0;
    const good = !state.refused && isFresh(current, moment, validFor);
    // A refused token is due, and still good for those who have not sent: one route may refuse what the others accept.
    const last = dead !== undefined || failure !== undefined || waiter.rounds >= MOST_ROUNDS;
    if (good || last || (!input.flying() && input.obstacle() !== undefined)) return give;
  }
  if (failure !== undefined) return { fail: failure };
  if (dead !== undefined && !input.flying() && !(need.kind === 'renew' && input.revived() !== dead))
    return need.kind === 'get' ? { give: undefined } : { fail: dead };
  const obstacle = input.flying() ? undefined : input.obstacle();
  if (obstacle !== undefined)
    return input.endsBefore(obstacle, waiter.deadline) ? { wait: 'silence' } : { fail: obstacle };
  return {
    wait: need.kind === 'get' || moved ? 'due' : need.kind === 'replace' ? 'rejected' : 'requested',
  };
}
