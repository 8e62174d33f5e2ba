import type { IssuedToken, TokenSet } from '../tokens/tokens.ts';
import { type Lifetime, lifetimeOf, type Moment, remaining, windowWithin } from './freshness.ts';
import type { ActiveRecord } from './store.ts';

/** How the tokens of a generation came: by a sign-in, or by a refresh (ours or a peer's). */
export type Origin = 'signIn' | 'refresh';

/** One generation of a session as this manager holds it. */
export interface Generation {
  readonly record: ActiveRecord;
  /** What callers get: everything but the refresh token. */
  readonly token: IssuedToken;
  /** `token`, as the promise that every caller with a fresh token gets. */
  readonly ready: Promise<IssuedToken>;
  readonly lifetime: Lifetime;
  /** Due when no more than this many ms are left. */
  readonly skew: number;
  /** Refresh in the background when no more than this many ms are left; 0: never. */
  readonly background: number;
  readonly origin: Origin;
  /** When this manager learned it, on its monotonic clock. */
  readonly since: number;
}

/** The windows of a manager, in ms. */
export interface Windows {
  readonly skewWindow: number;
  readonly backgroundWindow: number;
}

/** `learned`: when the lifetime was counted from. For our own refresh that is the beginning of the call. */
export function generationOf(
  record: ActiveRecord,
  origin: Origin,
  learned: Moment,
  windows: Windows,
  random: number,
  since = learned.monotonic,
): Generation {
  const { refreshToken: _, ...rest }: TokenSet = record.tokens;
  const token: IssuedToken = Object.freeze({
    ...rest,
    session: record.session,
    generation: record.gen,
  });
  const lifetime = lifetimeOf(record.tokens, record.issuedAt, learned);
  return {
    record,
    token,
    ready: Promise.resolve(token),
    lifetime,
    skew: windowWithin(lifetime, windows.skewWindow, 0.1),
    // Jitter: processes that got the token together would otherwise refresh together.
    background: windowWithin(lifetime, windows.backgroundWindow, 0.25) * (0.95 + random / 10),
    origin,
    since,
  };
}

/** A token that is not good enough; `accessToken`: where it is known. */
export interface OldToken {
  readonly generation: number;
  readonly accessToken?: string | undefined;
}

/** Is it another token: of a later generation, or a different one of the same, which a store shows that went back? */
export const isOther = (token: IssuedToken, old: OldToken | undefined): boolean =>
  old === undefined ||
  token.generation > old.generation ||
  (old.accessToken !== undefined && old.accessToken !== token.accessToken);

export const isExpired = (generation: Generation, moment: Moment): boolean =>
  remaining(generation.lifetime, moment) <= 0;

/**
 * Good to be sent without a refresh, for `validFor` ms, with more than `skew` ms left. At most nine tenths of the lifetime can be asked for: more
 * would refresh for every caller.
 */
export const isFresh = (
  generation: Generation,
  moment: Moment,
  validFor = 0,
  skew = generation.skew,
): boolean => {
  const left = remaining(generation.lifetime, moment);
  return left > skew && left >= windowWithin(generation.lifetime, validFor, 0.9);
};
