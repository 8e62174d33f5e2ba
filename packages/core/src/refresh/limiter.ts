/** Refused this soon after it was obtained, a token was useless on arrival. */
const ARRIVAL = 10_000;
/** How many useless tokens in how many ms: a server whose tokens nobody accepts must not be hammered. */
const MOST = 5;
const WINDOW = 30_000;

/**
 * Keeps an API that always says 401, or a token endpoint whose tokens are no good, from causing one refresh a
 * request. Natural expiry never counts. All times in ms on the monotonic clock.
 */
export interface Limiter {
  /** A token was useless on arrival. */
  note(now: number): void;
  /**
   * A token obtained at `since` was refused: may it be replaced yet? The first to be refused on arrival must be a
   * second old, the next two, and so on to a minute. `generation` is compared for identity, so each counts once. Returns
   * the ms until then; 0: now.
   */
  replaceIn(generation: object, since: number, now: number): number;
  /** Ms until the limiter allows the next refresh; 0: now. */
  wait(now: number): number;
}

export function createLimiter(): Limiter {
  let noted: number[] = [];
  let streak = 0;
  let last: object | undefined;
  const patience = (): number => (streak === 0 ? 0 : Math.min(60_000, 1000 * 2 ** (streak - 1)));
  const note = (now: number): void => {
    noted = [...noted.slice(1 - MOST), now];
  };
  return {
    note,
    replaceIn(generation, since, now) {
      const age = now - since;
      if (last !== generation) {
        last = generation;
        if (age < Math.max(ARRIVAL, 2 * patience())) {
          streak++;
          note(now);
        } else streak = 0;
      }
      return Math.max(0, patience() - age);
    },
    wait(now) {
      const oldest = noted[noted.length - MOST];
      return oldest === undefined ? 0 : Math.max(0, oldest + WINDOW - now);
    },
  };
}
