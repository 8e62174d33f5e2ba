import type { SessionRecord } from '../session/store.ts';

/**
 * How what a store holds stands to what this manager holds:
 *
 * - `nothing`: neither has a session
 * - `same`: the same generation of the same session
 * - `newer`, `older`: another generation of the same session; `older` also for a session that this manager knows to
 *   be over: the store went back in time
 * - `other`: another sign-in
 * - `signedOut`: a tombstone
 * - `gone`: there was a session, and now there is nothing
 */
export type Relation = 'nothing' | 'same' | 'newer' | 'older' | 'other' | 'signedOut' | 'gone';

/** Pure. `mine`: the active record in memory; `past`: ids of sessions known to be over. */
export function relate(
  mine: SessionRecord | undefined,
  past: ReadonlySet<string>,
  stored: SessionRecord | undefined,
): Relation {
  if (stored === undefined) return mine === undefined ? 'nothing' : 'gone';
  if (past.has(stored.session) && stored.session !== mine?.session)
    return mine === undefined && stored.status === 'signedOut' ? 'signedOut' : 'older';
  if (stored.status === 'signedOut') return 'signedOut';
  if (stored.session !== mine?.session) return 'other';
  return stored.gen === mine.gen ? 'same' : stored.gen > mine.gen ? 'newer' : 'older';
}
