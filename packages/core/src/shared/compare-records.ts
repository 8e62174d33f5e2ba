import { isActive, type SessionRecord } from '../session/store.ts';
import { haveSameTokens } from '../tokens/same-tokens.ts';

/**
 * How what a store holds stands to the newest record that a manager knows:
 *
 * - `nothing`: neither has a session
 * - `same`: the same record, whatever its intent and dead mark are
 * - `newer`: to be taken over
 * - `older`: the store does not know what this manager knows
 * - `gone`: there was a session, and now there is nothing
 */
export type Comparison = 'nothing' | 'same' | 'newer' | 'older' | 'gone';

/**
 * Pure. `mine`: the newest record in memory; `wasStored`: anything of that session was ever seen in the store. Within a
 * session a sign-out comes after everything, then the generation decides; between sessions the turn does. In a tie the
 * store wins, so that all managers come to the same end.
 */
export function compareRecords(
  mine: SessionRecord | undefined,
  stored: SessionRecord | undefined,
  wasStored: boolean,
): Comparison {
  if (stored === undefined) {
    if (mine === undefined) return 'nothing';
    return wasStored ? 'gone' : 'older';
  }
  if (mine === undefined) return 'newer';
  if (stored.session !== mine.session) return stored.turn >= mine.turn ? 'newer' : 'older';
  if (stored.status !== mine.status) return stored.status === 'signedOut' ? 'newer' : 'older';
  if (stored.status === 'signedOut') return 'same';
  if (stored.gen !== mine.gen) return stored.gen > mine.gen ? 'newer' : 'older';
  return isActive(mine) && isActive(stored) && haveSameTokens(mine.tokens, stored.tokens)
    ? 'same'
    : 'newer';
}

/**
 * Has nothing come that takes the place of `sent`, which may have been stored? `base`: what was known when it was sent, `now`: what
 * is known now. The turns alone do not say: a peer's clock may be behind.
 */
export const isLast = (
  sent: SessionRecord,
  base: SessionRecord | undefined,
  now: SessionRecord | undefined,
): boolean =>
  now?.session === base?.session &&
  now?.status === base?.status &&
  compareRecords(sent, now, false) === 'older';
