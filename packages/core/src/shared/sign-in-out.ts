import { TokenError } from '../errors/errors.ts';
import type { Decided, HomeParts } from '../manager/home.ts';
import {
  type Announcement,
  announcedRecord,
  announcementOf,
  signedOutBefore,
} from '../session/announcement.ts';
import { type ActiveRecord, isActive, type SessionRecord } from '../session/store.ts';
import { type Birth, birthNow, tombstoneOf } from '../session/succession.ts';
import { createPause } from '../time/pause.ts';
import { haveSameTokens } from '../tokens/same-tokens.ts';
import type { TokenSet } from '../tokens/tokens.ts';
import { isLast } from './compare-records.ts';
import type { Debt } from './debt.ts';
import type { StoredState } from './record.ts';
import type { StoreAccess, Updated } from './store-access.ts';
import type { Sync } from './sync.ts';

/** Ms after which a sign-in whose write got no answer looks again, doubling to the longest. */
const FIRST_LOOK = 250;
const LONGEST_LOOK = 2000;

/** Sign-in and sign-out, stored one after the other in the order of the calls; the last call has the last word. */
export interface SignInOut {
  /** Is a sign-in being stored, or a session ended that was never read? Requests made now wait for that. */
  readonly busy: () => boolean;
  /** The number of the latest call. */
  readonly call: () => number;
  /** The latest call that has ended a session, or begun one. */
  readonly decided: () => Decided | undefined;
  setSession(tokens: TokenSet, options: { readonly again?: boolean | undefined }): Promise<void>;
  signOut(): Promise<void>;
  /** Resolves when nothing is being stored any more, well or badly. */
  settled(): Promise<unknown>;
}

/** A sign-in that is not stored yet. */
interface Pending {
  readonly tokens: TokenSet;
  readonly again: boolean;
  readonly birth: Birth;
  readonly done: Promise<void>;
}

export function createSignInOut(
  parts: HomeParts & {
    readonly access: StoreAccess;
    readonly sync: Sync;
    readonly debt: Debt;
  },
): SignInOut {
  const { state, clock, newId, revoker, subjectOf, refreshing, park, closed, pump } = parts;
  const { waitTimeout, access, sync, debt } = parts;
  let holding = 0;
  let call = 0;
  let decided: Decided | undefined;
  /** The number of the latest call that was not known to change nothing. */
  let latest = 0;
  /** The number of the latest sign-out. */
  let ended = 0;
  let pending: readonly Pending[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  const pause = createPause(clock);
  /** Sign-ins that a later one overtook before their write was answered: they may land yet, but not after a sign-out. */
  const overtakenIds: string[] = [];
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = queue.then(run);
    queue = turn.catch(() => undefined); // the caller has the error; the next in turn does not care
    return turn;
  };

  const judge = (
    found: SessionRecord | undefined,
    { tokens, again, birth }: Omit<Pending, 'done'>,
  ): Announcement =>
    announcementOf(found, tokens, {
      subject: birth.subject ?? subjectOf(tokens),
      again,
      now: clock.now(),
      refreshing: refreshing(),
      ended: parts.ended(),
      seen: (accessToken, session) => state.placeOf(accessToken)?.session === session,
    });

  /** What a sign-in makes of what it finds: a record to write, or the word that nothing changes. */
  const step = (
    signIn: Omit<Pending, 'done'>,
    storedState: StoredState,
  ): { readonly announcement: Announcement; readonly record: SessionRecord | undefined } => {
    const { tokens, birth } = signIn;
    if (storedState.unreadable === undefined && sync.compare(storedState) === 'newer')
      sync.take(storedState);
    const stored = storedState.unreadable === undefined ? sync.recordOf(storedState) : undefined;
    const comparison = storedState.unreadable === undefined ? sync.compare(storedState) : 'older';
    const behind = comparison === 'older' || comparison === 'gone';
    const found = behind ? state.record : stored;
    // It was stored, although no answer came: what others have made of it stands, and who deletes it signs out (R2).
    if (found?.session === birth.session && comparison !== 'older') {
      const goesOn = isActive(found) && comparison !== 'gone';
      return { announcement: goesOn ? 'older' : 'over', record: undefined };
    }
    const announcement = judge(found, signIn);
    const record = announcedRecord(announcement, found, tokens, birth, stored, sync.aside());
    // A known announcement also brings back a session that was gone.
    if (record === undefined && behind && announcement !== 'over' && isActive(found))
      return { announcement, record: sync.again(found, storedState.record) };
    return { announcement, record };
  };

  const settle = (
    result: Updated,
    announcement: Announcement,
    before: string | undefined,
  ): void => {
    if ('kept' in result) {
      sync.take(result.kept);
      if (announcement === 'over') throw signedOutBefore();
      return;
    }
    const written = result.written as ActiveRecord;
    if (written.session !== before) park();
    const known = state.current?.record;
    if (known?.session === written.session && known.gen === written.gen) sync.paid(written);
    else sync.commit(written, { by: 'self', origin: 'signIn' });
  };

  /** Rule R6: a write that got no answer is settled before the promise is. The version makes that safe. */
  const storeSignIn = async (signIn: Omit<Pending, 'done'>, number: number): Promise<void> => {
    const until = clock.monotonic() + waitTimeout;
    let sent: SessionRecord | undefined;
    /** What was known when it was sent. */
    let base: SessionRecord | undefined;
    let announcement: Announcement = 'same';
    for (let delay = FIRST_LOOK; ; delay = Math.min(LONGEST_LOOK, delay * 2)) {
      if (number <= ended) throw overtaken();
      const before = state.record?.session;
      const unsure = { sent, base };
      try {
        const result = await access.update(
          (storedState) => {
            if (number <= ended) return undefined;
            const made = step(signIn, storedState);
            announcement = made.announcement;
            if (made.record !== undefined) [sent, base] = [made.record, state.record];
            return made.record;
          },
          { replacing: 'lost' },
        );
        if (number <= ended) throw overtaken();
        // First: what follows wakes those who wait.
        if ((announcement as Announcement) === 'new') decided = { call: number };
        settle(result, announcement, before);
        if (decided?.call === number) decided = { call: number, epoch: state.epoch };
        return;
      } catch (error) {
        const { code, cause, delivery } = error as TokenError;
        // This write has not happened; one before it may land yet.
        if (delivery === 'answered') {
          ({ sent, base } = unsure);
          if (sent === undefined) sync.setAside(sent);
        }
        const definite =
          sent === undefined || code === 'ERR_SIGNED_OUT' || code === 'ERR_STORE_RECORD';
        if (definite) throw error;
        if (number < latest || closed() || clock.monotonic() + delay > until) {
          if (isActive(sent) && number >= latest && isLast(sent, base, state.record))
            sync.setAside(sent);
          else if (sent !== undefined) overtakenIds.push(sent.session);
          debt.start();
          throw unanswered(cause ?? error);
        }
      }
      await pause.for(delay, true);
    }
  };

  return {
    busy: () => holding > 0,
    call: () => call,
    decided: () => decided,
    async setSession(tokens, { again = false }) {
      const same = pending.at(-1);
      if (same?.again === again && haveSameTokens(same.tokens, tokens)) return same.done;
      const birth = birthNow({ newId, clock, subjectOf }, tokens);
      const signIn = { tokens, again, birth };
      const announcement = state.phase === 'unknown' ? 'new' : judge(state.record, signIn);
      // Nobody has to wait for tokens that are known already.
      const holds = announcement !== 'same' && announcement !== 'older';
      if (holds) holding++;
      const number = ++call;
      if (holds) latest = number;
      const done = inTurn(() => storeSignIn(signIn, number)).finally(() => {
        if (holds) holding--;
        pending = pending.filter((one) => one.birth !== birth);
        pump();
      });
      pending = [...pending, { ...signIn, done }];
      return done;
    },
    async signOut() {
      const known = state.current?.record;
      for (const { birth } of pending) sync.giveUp(birth.session);
      for (const session of overtakenIds.splice(0)) sync.giveUp(session);
      const aside = sync.aside();
      if (aside !== undefined) sync.giveUp(aside.session);
      ended = latest = ++call;
      decided = { call };
      const unread = state.phase === 'unknown'; // what the store holds must not be handed out before it is ended
      if (unread) holding++;
      sync.end(tombstoneOf(state.record, newId(), clock.now(), aside), unread);
      pause.interrupt();
      if (known !== undefined) revoker.revoke(known.tokens);
      try {
        await inTurn(() => debt.pay());
      } catch (error) {
        state.emit({
          type: 'warning',
          code: 'NOT_DURABLE',
          message: 'Signed out here; the store could not be told yet',
          error: error as TokenError,
        });
        debt.start();
        throw error;
      } finally {
        if (unread) holding--;
        pump();
      }
    },
    settled: () => queue,
  };
}

const overtaken = (): TokenError =>
  new TokenError('ERR_SIGNED_OUT', { message: 'Signed out before the sign-in was stored' });

const unanswered = (cause: unknown): TokenError =>
  new TokenError('ERR_REFRESH_UNAVAILABLE', {
    message:
      'The store did not say whether the sign-in was stored: it may still take effect. A later setSession() or signOut() overrides it',
    cause,
    delivery: 'unanswered',
  });
