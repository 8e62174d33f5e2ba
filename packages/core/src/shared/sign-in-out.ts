import type { Clock } from '../time/clock.ts';
import { TokenError } from '../errors/errors.ts';
import type { Cell } from './store-access.ts';
import { createPause } from '../time/pause.ts';
import { backoffDelay } from '../refresh/retry.ts';
import type { SessionRecord } from '../session/store.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import type { Sight } from './record.ts';
import { type ActiveRecord, isActive } from '../session/store.ts';
import type { Revoker } from '../session/revoker.ts';
import type { SessionState } from '../session/state.ts';

/** Sign-in and sign-out, one after the other in the order of the calls; the last call has the last word. */
export interface Transitions {
  /** Is a sign-in being stored, or a session ended that was never read? Requests made now wait for that. */
  readonly busy: boolean;
  signIn(tokens: TokenSet): Promise<void>;
  signOut(): Promise<void>;
  /** Tries nothing again from now on. */
  stop(): void;
  /** Resolves when nothing is being stored any more, well or badly. */
  settled(): Promise<unknown>;
}

export function createTransitions(parts: {
  readonly state: SessionState;
  readonly cell: Cell;
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  readonly revoker: Revoker;
  readonly open: () => void;
  readonly pump: () => void;
  readonly closed: () => boolean;
}): Transitions {
  const { state, cell, clock, random, newId, revoker, open, pump, closed } = parts;
  let holding = 0;
  let latest = 0;
  /** The latest call that stands whatever the store says: a sign-out, or a sign-in that was stored. */
  let standing = 0;
  /** The session of the sign-in that was stored last, or was to be: it may be in the store, whatever came of that. */
  let tried: string | undefined;
  /** The sign-in that was called last: one that it overtook before anything of that was stored comes to the same end. */
  let last: Promise<void> | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const pause = createPause(clock);
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = queue.then(run);
    queue = turn.catch(() => undefined); // the caller has the error; the next in turn does not care
    return turn;
  };

  const storeSignIn = async (record: ActiveRecord, call: number): Promise<void> => {
    const superseded = (): boolean => call !== latest;
    let found: Sight | undefined;
    const overwrite = (sight: Sight): ActiveRecord | undefined => {
      found = sight;
      if (superseded()) return undefined;
      tried = record.session;
      return record;
    };
    try {
      const result = superseded() ? undefined : await cell.update(overwrite);
      if (result !== undefined && 'written' in result && found?.record !== undefined)
        state.bury(found.record.session); // also where something overtook this
    } catch (error) {
      // What was found there stays, and is known from now on: the store might go back to before it.
      if (found !== undefined && (state.phase === 'unknown' || state.relate(found) === 'newer'))
        state.take(found, 'store');
      throw error;
    }
    if (!superseded()) {
      standing = call;
      state.commit(record, true, 'signIn');
      state.emit({ type: 'signedIn', by: 'self' }, record.tokens.accessToken);
    } else if (standing > call)
      throw new TokenError('ERR_SIGNED_OUT', {
        message: 'Signed out before the sign-in was stored',
      });
  };

  /** Ends what is over here, and whatever else the store held when this first got to see it. */
  const storeSignOut = async (
    known: ActiveRecord | undefined,
    first: { seen: boolean },
  ): Promise<void> => {
    let replaced: SessionRecord | undefined;
    const tombstone = ({ record }: Sight): SessionRecord | undefined => {
      replaced = record;
      if (!first.seen && record !== undefined) state.bury(record.session); // for good, also where the tombstone cannot be stored
      first.seen = true;
      if (
        record?.status === 'signedOut' ||
        (record !== undefined && !state.past.has(record.session))
      )
        return undefined;
      return {
        v: 1,
        session: record?.session ?? known?.session ?? newId(),
        gen: record?.gen ?? 0,
        status: 'signedOut',
        issuedAt: clock.now(),
      };
    };
    const result = await cell.update(tombstone);
    // Unread, or refreshed by a peer: these tokens are not the ones that were held, and revoked, here.
    if (
      'written' in result &&
      isActive(replaced) &&
      (replaced.session !== known?.session || replaced.gen > known.gen)
    )
      revoker.revoke(replaced.tokens);
    if ('kept' in result) state.take(result.kept, 'peer');
    else if (state.held !== undefined) state.leave('self'); // taken over meanwhile, and over now too
  };

  const keepTrying = async (call: number, attempt: () => Promise<void>): Promise<void> => {
    const wanted = (): boolean => call === standing && !closed();
    for (let failures = 1; wanted(); failures++) {
      await pause.for(backoffDelay(failures, random()));
      try {
        await inTurn(async () => (wanted() ? attempt() : undefined)); // a sign-in that was in turn before may have been stored
        return;
      } catch (error) {
        if ((error as TokenError).code === 'ERR_STORE_RECORD') return; // what is there now is not ours to replace
      }
    }
  };

  return {
    get busy() {
      return holding > 0;
    },
    async signIn(tokens) {
      open();
      const call = ++latest;
      const record: ActiveRecord = {
        v: 1,
        session: newId(),
        gen: 0,
        status: 'active',
        tokens,
        issuedAt: clock.now(),
      };
      state.suspend(holding++ > 0);
      try {
        const turn = (last = inTurn(() => storeSignIn(record, call)));
        await turn;
        if (tried !== record.session) await last;
      } finally {
        holding--;
        pump();
      }
    },
    async signOut() {
      open();
      const call = (standing = ++latest);
      const known = state.held?.record;
      const first = { seen: false };
      if (tried !== undefined) state.bury(tried);
      const unread = state.phase === 'unknown'; // what the store holds must not be handed out before it is ended
      if (unread) holding++;
      state.leave('self');
      if (known !== undefined) revoker.revoke(known.tokens);
      const attempt = (): Promise<void> => storeSignOut(known, first);
      try {
        await inTurn(attempt);
      } catch (error) {
        first.seen ||= (known?.session ?? tried) !== undefined; // what somebody signs in with from now on is not what was signed out here
        state.emit(
          {
            type: 'warning',
            code: 'NOT_DURABLE',
            message: 'Signed out here; the store could not be told yet',
            error: error as TokenError,
          },
          undefined,
        );
        void keepTrying(call, attempt);
        throw error;
      } finally {
        if (unread) holding--;
        pump();
      }
    },
    stop: pause.interrupt,
    settled: () => queue,
  };
}
