import { type Changes, createChanges } from './changes.ts';
import { createClosing } from './closing.ts';
import { current, type CurrentParts, type Generation, replace, type Wanted } from './current.ts';
import { createManagers, type Managers } from './managers.ts';
import { noProvider, type SessionParts } from './providers.ts';
import { type LiveRow, readRow, type Row } from './row.ts';

/** The sessions, as the routes ask for them. Every one rejects with a `TokenError`. */
export interface Sessions extends Changes {
  /** `undefined`: there is no such session. */
  look(key: string): Promise<Row | undefined>;
  /** The current token, refreshed first where it is due; `undefined`: there is no such session. */
  current(wanted: Wanted): Promise<LiveRow | undefined>;
  /** What to use in the place of a refused one; `undefined`: nothing better. */
  replace(wanted: Wanted, rejected: Generation): Promise<LiveRow | undefined>;
  /** Begins a refresh that nobody waits for; how it ends is an event. */
  renew(key: string, row: LiveRow): void;
  readonly managers: Managers;
  /** Begins no more refreshes; resolves when those who wait have been answered, and each refresh that was sent has been stored. */
  close(): Promise<void>;
}

export function createSessions(given: SessionParts): Sessions {
  const closing = createClosing(given.gate);
  const parts = { ...given, gate: closing.gate };
  const managers = createManagers(parts);
  const changes = createChanges(parts);
  const look = (key: string): Promise<Row | undefined> => readRow(parts.store(key));
  const obstacle: CurrentParts['obstacle'] = (provider) =>
    parts.providers.has(provider) ? parts.gate.obstacle(provider) : noProvider();
  const all = { look, managers, obstacle, clock: parts.clock, emit: parts.emit };
  return {
    settled: changes.settled,
    deposit: (deposit) => closing.change(() => changes.deposit(deposit)),
    signOut: (key) => closing.change(() => changes.signOut(key)),
    look,
    managers,
    current: (wanted) => closing.counted(current(all, wanted)),
    replace: (wanted, rejected) => closing.counted(replace(all, wanted, rejected)),
    renew(key, row) {
      if (obstacle(row.kept.provider) !== undefined) return;
      // An event tells the subscribers how it ends.
      managers
        .of(key, row)
        .getToken()
        .catch(() => undefined);
    },
    async close() {
      await closing.begin();
      await Promise.all([managers.close(), changes.settled()]);
    },
  };
}
