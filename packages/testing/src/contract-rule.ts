/** Ms that a rule gets, unless it is told otherwise: less than the 5 s that most frameworks give a test. */
const TIMEOUT = 4000;
/** Ms that a rule that was broken gets for each thing it cleans up. */
const LAST_WAIT = 300;

/** One run of one rule of a contract. */
export interface RuleRun {
  /** Settles as `promise` does. If the rule runs out of time before that, its error says `what` it was waiting for. */
  wait<T>(what: string, promise: PromiseLike<T>): Promise<T>;
  /** The same for what is waited for elsewhere: `describe` gives `undefined` while nothing is. */
  watch(describe: () => string | undefined): void;
  /** Ends the rule: this was found. */
  fail(finding: Error): void;
  /** `cleanUp` is called when the rule has ended, well or badly; the last one comes first. */
  onEnd(cleanUp: () => unknown): void;
}

/**
 * Runs a rule. It ends in time, whatever it waits for; cleans up, whatever it found; and rejects with what it found, whatever
 * went wrong while it cleaned up.
 */
export async function runRule(
  body: (run: RuleRun) => Promise<void>,
  timeout: number = TIMEOUT,
): Promise<void> {
  const watched = new Set<() => string | undefined>();
  const cleanUps: (() => unknown)[] = [];
  let fail: (finding: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  const run: RuleRun = {
    async wait(what, promise) {
      const describe = (): string => what;
      watched.add(describe);
      try {
        return await promise;
      } finally {
        watched.delete(describe);
      }
    },
    watch: (describe) => void watched.add(describe),
    fail,
    onEnd: (cleanUp) => void cleanUps.unshift(cleanUp),
  };
  const unfinished = (): string =>
    [...watched].map((describe) => describe()).find((what) => what !== undefined) ?? 'the rule';

  const findings: unknown[] = [];
  const note = (error: unknown): void => void findings.push(error);
  await within(timeout, Promise.race([body(run), failed]), unfinished).catch(note);
  for (const cleanUp of cleanUps) {
    const cleaned = Promise.resolve().then(cleanUp);
    const limit = findings.length > 0 ? LAST_WAIT : timeout;
    await within(limit, cleaned, () => 'the place to be cleaned up').catch(note);
  }
  if (findings.length > 0) throw findings[0];
}

/** Settles as `promise` does, or rejects after so many ms with what it waited for. */
function within<T>(limit: number, promise: Promise<T>, unfinished: () => string): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${limit} ms: ${unfinished()}`)), limit);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
