import type { ActiveRecord } from '../session/store.ts';
import type { SessionRecord } from '../session/store.ts';
import { REDEMPTION_LIMIT } from '../refresh/listen.ts';

type Intent = NonNullable<SessionRecord['intent']>;

/** Ms between two looks at a foreign intent. */
const LOOK_EVERY = 500;
/** After one attempt and a little more, whoever wrote an intent has answered or is gone. */
const INTENT_LIMIT = REDEMPTION_LIMIT + 5000;

/** A write-ahead mark: from here on the refresh token of this generation may be spent. */
export const withIntent = (record: ActiveRecord, intent: Omit<Intent, 'gen'>): ActiveRecord => ({
  ...record,
  intent: { gen: record.gen, ...intent },
});

/** The record without intent and dead mark. */
export function withoutMarks(record: ActiveRecord): ActiveRecord {
  const { intent: _intent, dead: _dead, ...rest } = record;
  return rest;
}

/**
 * Ms until the next look at another's unsettled intent; 0: it has had its time. Counted on our own monotonic clock
 * from when we first saw it, because the clock it was written by may be another machine's.
 */
export function foreignIntentWait(seen: Map<string, number>, intent: Intent, now: number): number {
  const key = `${intent.owner}/${intent.gen}/${intent.attempt}/${intent.startedAt}`;
  const first = seen.get(key) ?? now;
  if (!seen.has(key)) {
    seen.clear(); // one intent at a time can stand in a record
    seen.set(key, now);
  }
  return Math.min(LOOK_EVERY, Math.max(0, first + INTENT_LIMIT - now));
}
