import { mutexLock } from '../refresh/mutex-lock.ts';
import { announcedRecord, announcementOf, signedOutBefore } from '../session/announcement.ts';
import type { RefreshLock } from '../session/lock.ts';
import { birthNow, tombstoneOf } from '../session/succession.ts';
import type { Home, HomeParts } from './home.ts';

/** A session in the memory of one manager: sign-in and sign-out are synchronous. */
export function memoryHome(parts: HomeParts, name: string, lock: RefreshLock = mutexLock()): Home {
  const { state, clock, newId, revoker, subjectOf, refreshing, park } = parts;
  return {
    lock,
    lockName: name,
    busy: never,
    call: () => 0,
    decided: () => undefined,
    owes: never,
    stale: never,
    volatile: () => state.current !== undefined,
    load: async () => state.foundEmpty(),
    async setSession(tokens, { again = false }) {
      const announcement = announcementOf(state.record, tokens, {
        subject: subjectOf(tokens),
        again,
        now: clock.now(),
        refreshing: refreshing(),
        ended: parts.ended(),
        seen: (accessToken, session) => state.placeOf(accessToken)?.session === session,
      });
      if (announcement === 'over') throw signedOutBefore();
      const record = announcedRecord(announcement, state.record, tokens, birthNow(parts, tokens));
      if (record === undefined) return;
      if (record.session !== state.current?.record.session) park();
      state.adopt(record, { by: 'self', origin: 'signIn' });
    },
    async signOut() {
      const known = state.current?.record;
      state.leave('self', tombstoneOf(state.record, newId(), clock.now()));
      if (known !== undefined) revoker.revoke(known.tokens);
    },
    close: async () => undefined,
  };
}

const never = (): boolean => false;
