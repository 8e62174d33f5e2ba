import { type Clock, type IssuedToken, TokenError } from 'unexpired';
import { HTTP_TOKEN, isTokenText } from 'unexpired/adapter';
import type { Answer } from './call.ts';
import type { News } from './news.ts';

/** The token that is kept here. Moments are ms on the monotonic clock, so that no change of the wall clock makes it live longer. */
export interface Held {
  readonly token: IssuedToken;
  readonly until: number;
  /** Ms for which it was good when it came. */
  readonly lifetime: number;
  /** An API has refused it, and it is not known yet what the service says. */
  readonly refused?: boolean;
  /** The service has said that there is another one: it is asked for, and this one is good until then. */
  readonly isStale?: boolean;
}

/** Ms before its end from which it is asked for another one. */
const SKEW = 30_000;

/** The token in an answer. `startedAt`: monotonic, before the call. Throws a `TokenError` that quotes nothing. */
export function heldOf({ body, date }: Answer, startedAt: number, clock: Clock): Held {
  const { session, generation, access_token: accessToken, token_type: tokenType } = body;
  const { expires_at: expiresAt, scope, extra } = body;
  if (
    typeof session !== 'string' ||
    typeof generation !== 'number' ||
    !isTokenText(accessToken) ||
    (typeof tokenType === 'string' && !HTTP_TOKEN.test(tokenType))
  )
    throw new TokenError('ERR_REFRESH_ANSWER', {
      message:
        'The answer of the token service lacks session, generation or access_token, or no header can carry its token',
    });
  const lifetime =
    typeof expiresAt === 'number' ? expiresAt * 1000 - (date ?? clock.now()) : Infinity;
  return {
    token: {
      ...{ session, generation, accessToken },
      ...(typeof tokenType === 'string' && { tokenType }),
      ...(lifetime !== Infinity && { expiresAt: clock.now() + lifetime }),
      ...(typeof scope === 'string' && { scope }),
      ...(typeof extra === 'object' &&
        extra !== null && { extra: extra as Record<string, unknown> }),
    },
    lifetime,
    until: startedAt + lifetime,
  };
}

export const isValid = (held: Held | undefined, now: number): held is Held =>
  held !== undefined && held.refused !== true && held.until > now;

/** Need nobody ask for another one? `validFor` counts for at most half of what it was good for when it came. */
export const isFresh = (held: Held | undefined, now: number, validFor: number): held is Held =>
  isValid(held, now) &&
  held.isStale !== true &&
  held.until - now >
    Math.max(Math.min(SKEW, held.lifetime / 10), Math.min(validFor, held.lifetime / 2));

/** Would `next` go back behind `held`? */
export const isOlder = (next: Held, held: Held | undefined): boolean =>
  held?.token.session === next.token.session && next.token.generation < held.token.generation;

/**
 * What is held after the service has told of a change (`undefined`: of any), and whether it is worth asking at once: where
 * anything may have changed, everybody would.
 */
export function afterNews(
  held: Held | undefined,
  news: News | undefined,
): { readonly held: Held | undefined; readonly isNews: boolean } {
  if (held === undefined) return { held, isNews: news?.state === 'active' };
  const { session, generation } = held.token;
  const isKnown =
    news?.state === 'active' && news.session === session && news.generation <= generation;
  return isKnown
    ? { held, isNews: false }
    : { held: { ...held, isStale: true }, isNews: news !== undefined };
}

/**
 * What is held after the service has nothing better than what was refused. It may be of an earlier sign-in, so the service is
 * asked for the current one at the next use.
 */
export const afterNothingBetter = (held: Held | undefined): Held | undefined =>
  held && { ...held, refused: false, isStale: true };
