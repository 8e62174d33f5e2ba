import type { Clock } from 'unexpired';
import { type Answer, answerOf } from '../answers.ts';
import type { Change } from '../events/changes-in.ts';
import type { Feed, Followed } from '../events/feed.ts';
import { isFresh, isLive, isValid, type Row } from '../row.ts';
import { createBounded } from './bounded.ts';

/** What this replica knows of the rows, so that not every read has to ask the database. */
export interface Known {
  /** Reads a row, and keeps what of it can be handed out. `since`: monotonic ms, before it was as it is read. Default: now. */
  reading(
    key: string,
    read: () => Promise<Row | undefined>,
    since?: number,
  ): Promise<Row | undefined>;
  /** Its row may be another one from now on: it was written here, or that is not known. */
  changed(key: string): void;
  /** The token, where nobody has to be asked: it is not due, and was the current one at most {@link IN_STEP} ms ago. */
  fresh(key: string, validFor?: number): Answer | undefined;
  /** The token that was the current one at most `staleFor` ms ago, while it is valid: for when the database cannot be asked. */
  meanwhile(key: string): Answer | undefined;
  /** Is the database heard of? */
  readonly isInStep: boolean;
  readonly bytes: number;
  close(): void;
}

export interface CacheLimits {
  /** That answers may take, at the most. */
  readonly bytes: number;
  /** Ms for which a token is handed out of which nobody can say whether it is still the current one. */
  readonly staleFor: number;
}

export interface KnownParts extends CacheLimits {
  readonly feed: Pick<Feed, 'follow' | 'heardAt'>;
  readonly clock: Clock;
}

/** Ms: what was changed elsewhere is handed out for so long at the most, as docs/service.md promises. */
const IN_STEP = 2000;
/** Bytes of an entry besides its texts: the objects that it is made of. */
const BESIDES = 400;

interface Entry {
  readonly answer: Answer;
  /** Monotonic ms, before the row was read. */
  readonly readAt: number;
}

/** A row that is being read. */
interface Reading {
  /** It may have been read before a change. */
  isOutdated: boolean;
  /** What somebody else has read meanwhile: nobody knows which of the two was read first. */
  other: Answer | undefined;
}

export function createKnown({ feed, clock, bytes, staleFor }: KnownParts): Known {
  const entries = createBounded<Entry>(bytes, sizeOf);
  const readings = createReadings();
  const forget = (key: string): void => {
    entries.delete(key);
    readings.outdate(key);
  };
  const forgetAll = (): void => {
    entries.clear();
    readings.outdateAll();
  };
  const hear = (change: Change): void => {
    readings.outdate(change.key);
    const known = entries.get(change.key)?.answer;
    if (known !== undefined && !isSame(known, change)) entries.delete(change.key);
  };
  const following = createFollowing(feed, clock, ({ isReset, changes }) => {
    if (isReset) forgetAll();
    else for (const change of changes) hear(change);
  });
  const take = (
    key: string,
    row: Row | undefined,
    { readAt, other }: Pick<Entry, 'readAt'> & Pick<Reading, 'other'>,
  ): void => {
    if (!isLive(row)) return forget(key);
    const answer = answerOf(row);
    if (other !== undefined && other.session !== answer.session) return forget(key);
    if (other !== undefined && other.generation > answer.generation) return;
    readings.tell(key, answer);
    entries.set(key, { answer, readAt });
  };
  /** Ms since when an entry may be another one. */
  const ageOf = ({ readAt }: Entry): number => clock.monotonic() - Math.max(readAt, feed.heardAt());

  return {
    changed: forget,
    get isInStep() {
      return clock.monotonic() - feed.heardAt() <= IN_STEP;
    },
    get bytes() {
      return entries.bytes;
    },
    async reading(key, read, readAt = clock.monotonic()) {
      const isHeard = following.begin(readAt);
      const reading = readings.begin(key);
      try {
        const row = await read();
        if (isHeard && !reading.isOutdated) take(key, row, { readAt, other: reading.other });
        return row;
      } finally {
        readings.end(key, reading);
      }
    },
    fresh(key, validFor) {
      const entry = entries.get(key);
      if (entry === undefined || ageOf(entry) > IN_STEP) return undefined;
      return isFresh(entry.answer, clock.now(), validFor) ? entry.answer : undefined;
    },
    meanwhile(key) {
      const entry = entries.get(key);
      if (entry === undefined || ageOf(entry) > Math.max(staleFor, IN_STEP)) return undefined;
      return isValid(entry.answer, clock.now()) ? entry.answer : undefined;
    },
    close() {
      following.end();
      forgetAll();
    },
  };
}

const sizeOf = (key: string, { answer: { bytes, tag } }: Entry): number =>
  bytes + tag.length + key.length + BESIDES;

const isSame = (answer: Answer, change: Change): boolean =>
  answer.session === change.session &&
  answer.generation === change.generation &&
  answer.state === change.state;

/** Follows the changes, from the first row on that is read. */
function createFollowing(
  feed: Pick<Feed, 'follow'>,
  clock: Pick<Clock, 'monotonic'>,
  onChanges: (followed: Followed) => void,
): { begin(since: number): boolean; end(): void } {
  let following: 'no' | 'soon' | (() => void) = 'no';
  let followedAt = Infinity;
  let isClosed = false;
  const follow = async (): Promise<void> => {
    following = 'soon';
    try {
      const leave = await feed.follow(onChanges);
      if (isClosed) leave();
      else [following, followedAt] = [leave, clock.monotonic()];
    } catch {
      following = 'no'; // the next one who reads a row tries again
    }
  };
  return {
    /** Is every change since then heard of? Else it soon is from now on, where the database can be asked. */
    begin(since) {
      const isHeard = typeof following === 'function' && since >= followedAt;
      if (following === 'no' && !isClosed) void follow();
      return isHeard;
    },
    end() {
      isClosed = true;
      if (typeof following === 'function') following();
      following = 'no';
    },
  };
}

/** The rows that are being read, by their keys. */
function createReadings() {
  const under = new Map<string, Set<Reading>>();
  const outdate = (all: Iterable<Reading>): void => {
    for (const one of all) one.isOutdated = true;
  };
  return {
    begin(key: string): Reading {
      const reading: Reading = { isOutdated: false, other: undefined };
      under.set(key, (under.get(key) ?? new Set()).add(reading));
      return reading;
    },
    end(key: string, reading: Reading): void {
      const own = under.get(key);
      own?.delete(reading);
      if (own?.size === 0) under.delete(key);
    },
    outdate: (key: string): void => outdate(under.get(key) ?? []),
    outdateAll(): void {
      for (const own of under.values()) outdate(own);
    },
    /** Tells those who read the same row. */
    tell(key: string, answer: Answer): void {
      for (const one of under.get(key) ?? []) one.other = answer;
    },
  };
}
