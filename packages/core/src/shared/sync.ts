import { TokenError } from '../errors/errors.ts';
import type { Moment } from '../session/freshness.ts';
import type { Adoption, SessionState } from '../session/state.ts';
import { type ActiveRecord, isActive, type SessionRecord } from '../session/store.ts';
import { withoutMarks, writtenOver } from '../session/succession.ts';
import type { Clock } from '../time/clock.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { compareRecords, type Comparison } from './compare-records.ts';
import type { StoredState } from './record.ts';
import { createSeen } from './seen.ts';

/**
 * How what the store holds stands to what this manager knows, and the one place where the one is taken over into the
 * other. Synchronous. Rules R1, R2 and R6 of docs/protocol.md.
 */
export interface Sync {
  /** Does this manager know something that the store does not? Then it has to write it. */
  readonly owes: () => boolean;
  /** Is that a sign-out? It also replaces what cannot be read. */
  readonly owesSignOut: () => boolean;
  /** Is the record gone from the store, although nobody signed out? */
  readonly away: () => boolean;
  /** What `storedState` shows, as a record of a session; `undefined`: nothing. */
  recordOf(storedState: StoredState): SessionRecord | undefined;
  compare(storedState: StoredState): Comparison;
  /** Takes over what the store holds, where that is newer. Says how the two stood before. */
  take(storedState: StoredState): Comparison;
  /** A record that was seen, but possibly a while ago: it never moves anything back. */
  learn(record: SessionRecord): void;
  /** What has to be written over this state; `undefined`: nothing. */
  due(storedState: StoredState): SessionRecord | undefined;
  /** What is known, as it is written over a store that has lost it. */
  again(mine: ActiveRecord, over: SessionRecord | undefined): ActiveRecord;
  /** A new record of this manager is in the store: it is the current one from now on. */
  commit(record: ActiveRecord, how: Adoption): void;
  /** What was due is in the store. */
  paid(record: SessionRecord): void;
  /** Memory knows a new generation of this session, which the store does not have yet. */
  ahead(record: ActiveRecord, learned?: Moment): void;
  /** The session is over in memory; the store does not know it yet. `unread`: whatever session the store holds is meant. */
  end(tombstone: SessionRecord, unread: boolean): void;
  /** A sign-in of which nobody knows whether it was stored: to be stored, unless something newer is seen. `undefined`: none any more. */
  setAside(record: ActiveRecord | undefined): void;
  /** A sign-in that a later call has overtaken: it does not count, should it be found. */
  giveUp(session: string): void;
  /** What was set aside or given up, for the turn of a later record. */
  readonly aside: () => ActiveRecord | undefined;
}

export function createSync(parts: {
  readonly state: SessionState;
  readonly clock: Clock;
  readonly subjectOf: (tokens: TokenSet) => string | undefined;
  /** The loop that pays need not wait any longer. */
  readonly nothingOwed: () => void;
}): Sync {
  const { state, clock, nothingOwed } = parts;
  const { seen, named } = createSeen(parts);
  /** Was anything of the newest record's session ever in the store? Only then does an empty store mean that it is gone. */
  let stored = false;
  /** Was the newest record itself ever in the store? Only then can others have used it. */
  let reached = false;
  /** Is it there now, as far as is known? */
  let settled = true;
  let away = false;
  let unread = false;
  let aside: ActiveRecord | undefined;
  let givenUp: Set<string> | undefined;
  /** Its tombstone counts as any other: it is what was to be written over it. */
  const isGivenUp = (record: SessionRecord): boolean =>
    isActive(record) && givenUp?.has(record.session) === true;

  /** The newest record is in the store. Called last, after memory has it. */
  const arrived = (): void => {
    stored = reached = settled = true;
    if (aside === undefined) nothingOwed();
  };

  const compare = (storedState: StoredState): Comparison => {
    const { record, known } = seen(storedState);
    if (known || (record !== undefined && (unread || isGivenUp(record)))) return 'older';
    return compareRecords(state.record, record, stored);
  };

  /** Is this what memory knows? A sign-out is written in the name of whatever session is found. */
  const isNewest = ({ status, session, gen }: SessionRecord): boolean =>
    state.record?.status === status &&
    (status === 'signedOut' || (state.record.session === session && state.record.gen === gen));

  const deathOf = ({ dead, gen }: SessionRecord): TokenError | undefined =>
    dead?.gen === gen
      ? new TokenError('ERR_SESSION_ENDED', {
          message: `The server ended the session (${dead.code})`,
        })
      : undefined;

  const adopt = (record: SessionRecord): void => {
    const known = state.record;
    away = unread = false;
    aside = undefined;
    arrived();
    if (!isActive(record)) {
      if (state.current === undefined && known !== undefined) state.keep(record);
      else state.leave('peer', record);
      return;
    }
    const origin = known?.session === record.session ? 'refresh' : 'signIn';
    // Known before anybody who waits is asked to decide: they would start a refresh of a session that is over.
    state.adopt(record, { by: 'peer', origin, dead: deathOf(record) });
  };

  const goAway = (): void => {
    if (away || !isActive(state.record)) return;
    away = true;
    state.emit({
      type: 'warning',
      code: 'AWAY',
      message: 'The stored session is gone, and nobody signed out: it ends here until it is back',
      error: undefined,
    });
    state.leave('peer', state.record);
  };

  const comeBack = (dead: TokenError | undefined): void => {
    const { record } = state;
    if (!away || !isActive(record)) return;
    away = false;
    state.adopt(record, { by: 'peer', origin: 'signIn', dead });
  };

  const sync: Sync = {
    owes: () => !settled || aside !== undefined,
    owesSignOut: () => !settled && state.record?.status === 'signedOut',
    away: () => away,
    aside: () => aside,
    recordOf: (storedState) => seen(storedState).record,
    compare,
    take(storedState) {
      const comparison = compare(storedState);
      const { record } = seen(storedState);
      if (comparison === 'nothing') state.foundEmpty();
      if (comparison === 'gone') goAway();
      if (comparison === 'older') settled = false;
      if (comparison === 'newer' && record !== undefined) adopt(record);
      if (comparison === 'same' && record !== undefined) {
        if (!isActive(record)) state.keep(record); // with its turn: a later sign-in comes after that one, not after ours
        arrived();
        const dead = deathOf(record);
        comeBack(dead);
        if (dead !== undefined) state.markDead(dead, 'peer');
      }
      return comparison;
    },
    learn(record) {
      if (unread || isGivenUp(record)) return;
      const { turn, session } = state.record ?? {};
      // In a tie the store wins, and this is not what the store shows by now.
      if (turn === record.turn && session !== record.session) return;
      if (compareRecords(state.record, record, stored) === 'newer') adopt(named(record));
    },
    due(storedState) {
      const comparison = compare(storedState);
      const { record } = storedState;
      if (aside !== undefined && comparison !== 'newer' && comparison !== 'gone')
        return writtenOver(aside, record);
      const mine = state.record;
      if (comparison !== 'older' || mine === undefined) return undefined;
      if (!isActive(mine)) {
        const whole =
          unread && record !== undefined
            ? { ...mine, session: record.session, gen: record.gen }
            : mine;
        return writtenOver(whole, record);
      }
      return sync.again(mine, record);
    },
    again(mine, over) {
      const plainly = withoutMarks(mine);
      // An intent of somebody else may have been forgotten together with this record.
      const intent = { gen: mine.gen, owner: '', startedAt: clock.now(), attempt: 0 };
      return writtenOver(reached ? { ...plainly, intent } : plainly, over);
    },
    commit(record, how) {
      away = unread = false;
      aside = undefined;
      arrived();
      state.adopt(record, how);
    },
    paid(record) {
      if (isActive(record) && record.session === aside?.session && record.gen === aside.gen)
        return sync.commit(record, { by: 'self', origin: 'signIn' });
      // A sign-out, a sign-in or a refresh may have come while this was being written: that is owed still.
      if (!isNewest(record)) return;
      unread = false;
      arrived();
      state.keep(isActive(record) ? withoutMarks(record) : record);
      comeBack(undefined);
    },
    ahead(record, learned) {
      settled = reached = false;
      if (record.session !== state.record?.session) stored = false;
      if (aside !== undefined && compareRecords(aside, record, false) !== 'older')
        aside = undefined;
      if (away) state.keep(record, learned);
    },
    end(tombstone, all) {
      stored = reached = settled = away = false;
      aside = undefined;
      unread ||= all; // and stays so when it is signed out once more
      state.leave('self', tombstone);
    },
    setAside(record) {
      aside = record;
    },
    giveUp(session) {
      givenUp ??= new Set();
      givenUp.add(session);
      if (aside?.session === session) aside = undefined;
    },
  };
  return sync;
}
