import type { SessionRecord } from 'unexpired';
import { codeOf } from '../problems.ts';
import type { About, Changing } from './call.ts';
import type { ChangeRow } from './rows.ts';

/** A call that may change something: its row is there before it is answered. */
export interface Change {
  /** The row that is to be written beside this record; `undefined`: it is there already. */
  rowFor(record: Pick<SessionRecord, 'session' | 'gen'>): ChangeRow | undefined;
  /** What it is about, where that is another thing than what is written. */
  about(session: About): void;
  /** It was written. */
  written(): void;
  /** There is a row: the call has changed something, or has begun to. */
  readonly isWritten: boolean;
  /** Writes the row by itself, once, before something is begun. Rejects with a `TokenError`: it must not be begun. */
  begin(session: About): Promise<void>;
  /** Settles as what was begun does, once its row says how that ended: also where its caller waits no longer. */
  ended<T>(run: Promise<T | undefined>): Promise<T | undefined>;
}

/** What was begun, by what it is about: who joins it begins nothing. */
export interface Begun {
  /** Resolves when somebody has written that it was begun; `true`: this one has. */
  begin(row: ChangeRow): Promise<boolean>;
  end(row: ChangeRow, outcome: string): Promise<void>;
}

export function createChange(call: Changing, begun: Begun): Change {
  let about: About | undefined;
  let isWritten = false;
  let own: ChangeRow | undefined;
  return {
    rowFor: ({ session, gen: generation }) =>
      isWritten ? undefined : { call, about: about ?? { session, generation }, outcome: 'done' },
    about: (session) => void (about = session),
    written: () => void (isWritten = true),
    get isWritten() {
      return isWritten;
    },
    async begin({ session, generation }) {
      if (own !== undefined) return;
      const row: ChangeRow = { call, about: { session, generation }, outcome: 'begun' };
      if (!(await begun.begin(row))) return;
      own = row;
      isWritten = true;
    },
    async ended(run) {
      const outcome = await run.then((found) => (found === undefined ? 'none' : 'done'), codeOf);
      if (own !== undefined) await begun.end(own, outcome);
      return run;
    },
  };
}
