import { codeOf } from '../problems.ts';
import type { Begun, BegunChanges } from './begun.ts';
import type { About, Changing } from './call.ts';
import type { Trail } from './trail.ts';

/** A call that may change something: its row is there before it is answered. */
export interface Change extends Trail {
  /** What it is about, where that is another thing than what is written. */
  about(session: About): void;
  /** There is a row: the call has changed something, or has begun to. */
  readonly isWritten: boolean;
  /** The tokens that are to be replaced: the row goes along with what announces that. */
  begin(session: About): void;
  /** Settles as what was begun does, once its row says how that ended: also where its caller waits no longer. */
  ended<T>(run: Promise<T | undefined>): Promise<T | undefined>;
}

export function createChange(call: Changing, begun: Pick<BegunChanges, 'begin'>): Change {
  let about: About | undefined;
  let isWritten = false;
  let own: Begun | undefined;
  return {
    beside({ session, gen: generation }) {
      if (isWritten) return undefined;
      const row = { call, about: about ?? { session, generation }, outcome: 'done' };
      return { row, written: () => void (isWritten = true) };
    },
    about: (session) => void (about = session),
    get isWritten() {
      return isWritten || own?.isWritten === true;
    },
    begin({ session, generation }) {
      own ??= begun.begin({ call, about: { session, generation }, outcome: 'begun' });
    },
    async ended(run) {
      const outcome = await run.then((found) => (found === undefined ? 'none' : 'done'), codeOf);
      await own?.end(outcome);
      return run;
    },
  };
}
