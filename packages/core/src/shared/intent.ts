import type { HeldLock } from '../session/lock.ts';
import type { Intent, SessionRecord } from '../session/store.ts';

/** Between two looks at an intent at most so many ms count, whatever the clock says: a machine may have slept. */
const MOST_BETWEEN_LOOKS = 2000;
/** The age that an intent was seen to have is written down when it has grown by so many ms. */
const WRITTEN_EVERY = 2000;
/** Ms that an age may be ahead of what is written: while nobody can write, the owner of the intent cannot pay either. */
const MOST_UNWRITTEN = MOST_BETWEEN_LOOKS + WRITTEN_EVERY;
const FIRST_LOOK = 100;
const LONGEST_LOOK = 2000;

/** A write-ahead intent: from here on the refresh token of this generation may be spent. */
export const withIntent = (record: SessionRecord, intent: Omit<Intent, 'gen'>): SessionRecord => ({
  ...record,
  intent: { gen: record.gen, ...intent },
});

/** A record that carries the intent of a manager that looks for a session where there is none. */
export const placeholder = (session: string, now: number): SessionRecord => ({
  v: 1,
  session,
  gen: 0,
  status: 'signedOut',
  issuedAt: now,
  turn: 0,
});

/**
 * Does this intent keep others from redeeming? Not one's own, nor of another generation, nor of an owner that has ended,
 * nor one that was written under the lock that is held now and comes free only when its holder is gone.
 */
export function isForeign(
  intent: Intent | undefined,
  gen: number,
  owner: string,
  held: HeldLock,
): intent is Intent {
  if (intent === undefined || intent.gen !== gen || intent.owner === owner) return false;
  if (intent.over === true) return false;
  return intent.lock === undefined || intent.lock !== held.freedOnDeath;
}

/**
 * How long an intent has been seen, by anybody who looks (rules R3 and R4). Never more than the true time in which the
 * store answered: it needs no clock that is right, counts through no outage, and those who live for seconds add up.
 */
export interface IntentAge {
  /** Notes a look, on the monotonic clock. Returns the age in ms. */
  look(intent: Intent, now: number): number;
  /** The age to write down, where it has grown enough since somebody did. */
  toWrite(intent: Intent): number | undefined;
  /** Ms until the next look. */
  delay(random: number): number;
}

export function createIntentAge(): IntentAge {
  let key: string | undefined;
  let atFirst = 0;
  let own = 0;
  let looked = 0;
  let age = 0;
  let looks = 0;
  return {
    look(intent, now) {
      const seen = intent.seen ?? 0;
      const found = `${intent.owner}/${intent.gen}/${intent.attempt}/${intent.startedAt}`;
      if (found !== key) {
        key = found;
        atFirst = seen;
        own = looks = 0;
      } else {
        const more = own + Math.min(MOST_BETWEEN_LOOKS, now - looked);
        own = Math.min(more, seen + MOST_UNWRITTEN - atFirst);
      }
      looked = now;
      age = Math.max(atFirst + own, seen);
      return age;
    },
    toWrite: (intent) => (age - (intent.seen ?? 0) >= WRITTEN_EVERY ? age : undefined),
    delay(random) {
      const most = Math.min(LONGEST_LOOK, FIRST_LOOK * 2 ** Math.min(looks++, 5));
      return most * (0.75 + random / 4);
    },
  };
}
