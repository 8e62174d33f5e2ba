import { announcementOf } from '../session/announcement.ts';
import type { SessionState } from '../session/state.ts';
import { type ActiveRecord, isActive, type SessionRecord } from '../session/store.ts';
import { firstGeneration, nextGeneration } from '../session/succession.ts';
import type { Clock } from '../time/clock.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { StoredState } from './record.ts';

/** What a store shows, as a record of a session. `known`: tokens that are older than what is known here. */
export interface Seen {
  readonly record: SessionRecord | undefined;
  readonly known: boolean;
}

/** Reads what a store shows as this manager understands them: it knows sessions that the store may have forgotten. Changes nothing. */
export function createSeen(parts: {
  readonly state: SessionState;
  readonly clock: Clock;
  readonly subjectOf: (tokens: TokenSet) => string | undefined;
}): {
  readonly seen: (storedState: StoredState) => Seen;
  readonly named: (record: SessionRecord) => SessionRecord;
} {
  const { state, clock, subjectOf } = parts;

  /** A bare token set is an announcement by another program. */
  const imported = (record: ActiveRecord): Seen => {
    const mine = state.record;
    const { tokens, issuedAt } = record;
    const subject = subjectOf(tokens);
    const announcement = announcementOf(mine, tokens, {
      subject,
      again: false,
      now: clock.now(),
      refreshing: undefined,
      ended: state.dead !== undefined,
      seen: (token, session) => state.placeOf(token)?.session === session,
    });
    if (announcement === 'next' && isActive(mine))
      return { record: nextGeneration(mine, tokens, issuedAt, subject), known: false };
    const { session } = record;
    const first = firstGeneration(tokens, { session, now: clock.now(), issuedAt, subject }, mine);
    return { record: first, known: announcement !== 'new' };
  };

  /** Whose tokens these are is known where they say so themselves, also if it was not written down when they were stored. */
  const named = (record: SessionRecord): SessionRecord => {
    if (!isActive(record) || record.subject !== undefined) return record;
    const subject = subjectOf(record.tokens);
    return subject === undefined ? record : { ...record, subject };
  };

  return {
    named,
    seen({ record: found, imported: bare }) {
      const record = found && named(found);
      if (record === undefined || bare !== true || !isActive(record))
        return { record, known: false };
      // As long as nobody has written over it, it is the session that was made of it.
      if (state.record === undefined || state.record.session === record.session)
        return { record, known: false };
      return imported(record);
    },
  };
}
