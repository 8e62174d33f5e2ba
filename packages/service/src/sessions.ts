import { type Changes, createChanges } from './changes.ts';
import { createClosing } from './closing.ts';
import type { Answer } from './answers.ts';
import {
  current,
  currentNow,
  type CurrentParts,
  type Generation,
  replace,
  type Wanted,
} from './current.ts';
import type { Known } from './fresh/known.ts';
import { createManagers, type Managers } from './managers.ts';
import { noProvider } from './providers.ts';
import { type LiveRow, readRow, type Row, rowOf } from './row.ts';
import type { SessionParts } from './session-parts.ts';

/** The sessions, as the routes ask for them. Every one rejects with a `TokenError`. */
export interface Sessions extends Changes {
  /** `undefined`: there is no such session. */
  look(key: string): Promise<Row | undefined>;
  /** The current token, where nobody has to be asked for it: it is known, and not due. */
  fresh(key: string): Answer | undefined;
  /** The current token, refreshed first where it is due; `undefined`: there is no such session. */
  current(wanted: Wanted): Promise<Answer | undefined>;
  /** The same, of which a refresh that is due is begun, and not waited for: how it ends is an event. */
  currentNow(wanted: Pick<Wanted, 'key' | 'anew'>): Promise<Answer | undefined>;
  /** What to use in the place of a refused one; `undefined`: nothing better. */
  replace(wanted: Omit<Wanted, 'signal'>, rejected: Generation): Promise<Answer | undefined>;
  readonly managers: Managers;
  /** Begins no more refreshes; resolves when those who wait have been answered, and each refresh that was sent has been stored. */
  close(): Promise<void>;
}

export function createSessions(given: SessionParts & { readonly known: Known }): Sessions {
  const closing = createClosing(given.gate);
  const parts = { ...given, gate: closing.gate };
  const managers = createManagers(parts);
  const changes = createChanges(parts);
  const { known } = given;
  const look = (key: string): Promise<Row | undefined> =>
    known.reading(key, () => readRow(parts.store(key)));
  const lookAgain: CurrentParts['lookAgain'] = async (key) => {
    const written = parts.inHand.written(key);
    if (written === undefined) return look(key);
    return known.reading(key, async () => rowOf(written.stored.value, key), written.since);
  };
  const obstacle: CurrentParts['obstacle'] = (provider) =>
    parts.providers.has(provider) ? parts.gate.obstacle(provider) : noProvider();
  const all = { look, lookAgain, managers, known, obstacle, clock: parts.clock, emit: parts.emit };
  const renew = (key: string, row: LiveRow): void => {
    if (obstacle(row.kept.provider) !== undefined) return;
    // An event tells the subscribers how it ends.
    managers
      .of(key, row)
      .getToken()
      .catch(() => undefined);
  };
  return {
    settled: changes.settled,
    deposit: (deposit) => closing.change(() => changes.deposit(deposit)),
    signOut: (key, change) => closing.change(() => changes.signOut(key, change)),
    look,
    managers,
    fresh: known.fresh,
    current: (wanted) => closing.counted(current(all, wanted)),
    currentNow: (wanted) => currentNow(all, wanted, (row) => renew(wanted.key, row)),
    replace: (wanted, rejected) => closing.counted(replace(all, wanted, rejected)),
    async close() {
      await closing.begin();
      await Promise.all([managers.close(), changes.settled()]);
      known.close();
    },
  };
}
