import { TokenError } from '../errors/errors.ts';
import { keptBack } from '../refresh/commit.ts';
import {
  failed,
  type FlightCore,
  type FlightEnd,
  type Placing,
  type SharedFlight,
} from '../refresh/flight-types.ts';
import type { HeldLock } from '../session/lock.ts';
import type { ActiveRecord, Intent, SessionRecord } from '../session/store.ts';
import type { Debt } from './debt.ts';
import { type IntentAge, isForeign, placeholder, withIntent } from './intent.ts';
import type { StoredState } from './record.ts';
import type { StoreAccess } from './store-access.ts';
import type { Sync } from './sync.ts';

/** Writes of an intent that may be overtaken before a flight gives up. */
const MOST_CONFLICTS = 100;
/** Ms for which a flight that has an answer looks for a record that is away. */
const AWAY_LIMIT = 30_000;

/** What the flights of one manager have in common. */
export interface SharedFlightParts {
  readonly access: StoreAccess;
  readonly sync: Sync;
  readonly debt: () => Debt;
  /** Random id of this manager, for its intents. */
  readonly owner: string;
  readonly intentLimit: number;
  /** Kept from flight to flight: an intent goes on ageing between two of them. */
  readonly age: IntentAge;
  /** Reads the store, takes over what is newer there, and writes what is owed. */
  readonly look: () => Promise<StoredState>;
}

/** What a flight does besides, where others share the session: F1 to F5, F7 and F9 of docs/protocol.md. */
export function sharedFlight(parts: SharedFlightParts, core: FlightCore): SharedFlight {
  const { access, sync, debt, owner, intentLimit, age, look } = parts;
  const { context, pause, over, tally } = core;
  const { state, clock, random, newId, closed } = context;
  /** The record that carries our intent, as it is stored. */
  let intended:
    | { readonly base: ActiveRecord | undefined; readonly storedState: StoredState }
    | undefined;
  let held: HeldLock = {};
  let attempts = 0;

  const intentIn = ({ record, intent }: StoredState): Intent | undefined =>
    record?.intent ?? intent;
  const carrierOf = ({ record }: StoredState): SessionRecord =>
    record ?? placeholder(newId(), clock.now());

  /** F3. Waits a moment for a redemption that somebody else has begun; `false`: there is none to wait for. */
  const awaitForeign = async (storedState: StoredState): Promise<boolean> => {
    const intent = intentIn(storedState);
    const carrier = carrierOf(storedState);
    if (!isForeign(intent, carrier.gen, owner, held)) return false;
    const now = clock.monotonic();
    if (age.look(intent, now) >= intentLimit) return false;
    const seen = age.toWrite(intent);
    if (seen !== undefined)
      await access.write({ ...carrier, intent: { ...intent, seen } }, storedState.version);
    await pause.for(age.delay(random()));
    tally.intentWait += clock.monotonic() - now;
    return true;
  };

  /** F4. `false`: somebody else has written in between. */
  const writeIntent = async (
    base: ActiveRecord | undefined,
    storedState: StoredState,
  ): Promise<boolean> => {
    const { freedOnDeath } = held;
    const record = withIntent(carrierOf(storedState), {
      owner,
      startedAt: clock.now(),
      attempt: attempts,
      ...(freedOnDeath !== undefined && { lock: freedOnDeath }),
    });
    const version = await access.write(record, storedState.version);
    if (version === undefined) return false;
    intended = { base, storedState: { record: record.turn === 0 ? undefined : record, version } };
    return true;
  };

  const prepare = async (): Promise<FlightEnd | 'lockLost' | undefined> => {
    for (let conflicts = 0; ; ) {
      const storedState = await look(); // F2
      const end = over();
      if (end !== undefined) return end;
      const base = state.current?.record;
      if (await awaitForeign(storedState)) continue; // F3
      const intent = storedState.record?.intent;
      const ours = intended?.base === base && intent?.owner === owner;
      const spendable = base?.tokens.refreshToken !== undefined;
      if (spendable && intent?.gen === base.gen && !ours) context.unsettled.add(base);
      if (await writeIntent(base, storedState).catch(unlessSpending(base))) break;
      if (++conflicts > MOST_CONFLICTS)
        return failed(
          new TokenError('ERR_REFRESH_UNAVAILABLE', {
            message: 'The store was always written by others',
          }),
        );
      await access.yield(conflicts - 1);
    }
    if (held.signal?.aborted) return 'lockLost'; // F5
    return over();
  };

  /** What the answer is placed on: what the store shows, or memory where that knows more. */
  const foundIn = (storedState: StoredState): SessionRecord | undefined => {
    const comparison = sync.compare(storedState);
    return comparison === 'older' ? state.record : sync.recordOf(storedState);
  };

  /** Redeemed, and the record is gone: the answer is kept in memory, and written only if the record comes back. */
  const keepAway = async ({ place, tokens, started }: Placing): Promise<FlightEnd> => {
    // What is away may be another session by now: then this answer is nobody’s, whether that comes back or not.
    const placement = place(state.record);
    if (!('write' in placement)) return over() ?? { type: 'left' };
    sync.ahead(placement.write, started);
    core.land(over() ?? { type: 'left' });
    const until = clock.monotonic() + AWAY_LIMIT;
    while (sync.away() && clock.monotonic() < until && !closed()) {
      await pause.for(1000, true);
      await look().catch(ignoreUntilBack);
    }
    debt().start();
    // Signed out elsewhere in the meantime: nobody will use these tokens.
    if (state.record?.status === 'signedOut') context.revoker.revoke(tokens);
    return over() ?? { type: 'left' };
  };

  /** Redeemed, and the store cannot be written: memory is ahead of it. The lock is kept until it has been told. */
  const keepAhead = async (placing: Placing, error: TokenError): Promise<FlightEnd> => {
    const placement = placing.place(state.record);
    if (!('write' in placement)) return keptBack(core, placing.tokens, placement.keep);
    const { write } = placement;
    sync.ahead(write, placing.started);
    if (!sync.away())
      state.adopt(write, { by: 'self', origin: 'refresh', learned: placing.started });
    state.emit(
      {
        type: 'warning',
        code: 'NOT_DURABLE',
        message: 'New tokens could not be stored yet; they are kept in memory',
        error,
      },
      write.tokens.accessToken,
    );
    const end = over() ?? placing.shown();
    core.land(end.type === 'current' ? placing.shown() : end);
    debt().start();
    await debt().settled();
    return end;
  };

  return {
    look,
    async prepare(attempt, lock) {
      attempts = attempt;
      held = lock;
      return prepare();
    },
    async store(placing) {
      const known = intended?.base === placing.base ? intended?.storedState : undefined;
      let keep = 'over' as 'announced' | 'adopted' | 'over' | 'gone';
      let result: Awaited<ReturnType<typeof access.update>>;
      try {
        result = await access.update(
          (storedState) => {
            const placement = placing.place(foundIn(storedState));
            if ('write' in placement) return placement.write;
            keep = placement.keep;
            return undefined;
          },
          { known },
        );
      } catch (error) {
        return keepAhead(placing, error as TokenError);
      }
      if ('kept' in result) {
        sync.take(result.kept);
        return keep === 'gone' && sync.away()
          ? keepAway(placing)
          : keptBack(core, placing.tokens, keep);
      }
      const { written } = result;
      // A sign-out or sign-in of this manager came while it was being stored: that one is being stored now.
      const overtaken = placing.place(state.record);
      if (!('write' in overtaken)) {
        sync.take({ record: written, version: result.version });
        debt().start();
        return keptBack(core, placing.tokens, overtaken.keep);
      }
      sync.commit(written as ActiveRecord, {
        by: 'self',
        origin: 'refresh',
        learned: placing.started,
      });
      const moved = placing.base !== undefined && written.session !== placing.base.session;
      return moved ? { type: 'left' } : placing.shown();
    },
    async refused(base, dead) {
      for (;;) {
        const storedState = await look();
        const end = over();
        if (end !== undefined && end.type !== 'failed') return end;
        if (state.current?.record.gen !== base.gen) return { type: 'current', by: 'peer' }; // a peer's, and already due: that one was not refused
        if (base.tokens.refreshToken === undefined) return dead; // nothing that others would spend
        if (await awaitForeign(storedState)) continue;
        const declareDead = (now: StoredState): SessionRecord | undefined => {
          const { record } = now;
          // Somebody may have signed in to another session since, here or elsewhere: this refusal says nothing of that one.
          const refused = record?.session === base.session && record.gen === base.gen;
          if (sync.compare(now) !== 'same' || record === undefined || !refused) return undefined;
          const { intent: _, ...rest } = record;
          return { ...rest, dead: { gen: base.gen, code: 'invalid_grant', at: clock.now() } };
        };
        const result = await access.update(declareDead);
        if ('written' in result) return dead;
        sync.take(result.kept);
      }
    },
    async linger() {
      // The intent counts as new: its limit must not run out while the answer may still come.
      attempts++;
      await look()
        .then((storedState) =>
          over() === undefined ? writeIntent(state.current?.record, storedState) : false,
        )
        .catch(ignoreUntilBack);
    },
    async settle() {
      if (intended === undefined) return;
      const { base } = intended;
      const mayBeSpent = base === undefined ? tally.unanswered > 0 : context.unsettled.has(base);
      await access
        .update((storedState) => {
          const intent = intentIn(storedState);
          if (intent?.owner !== owner || intent.over === true) return undefined;
          const { intent: _, ...rest } = carrierOf(storedState);
          return mayBeSpent ? { ...rest, intent: { ...intent, over: true } } : rest;
        })
        .then((result) => {
          // Seen, and so known. What was written over may be older than what somebody has read since.
          if ('kept' in result) sync.take(result.kept);
          else if (result.over.record !== undefined) sync.learn(result.over.record);
        }, ignoreUntilBack);
    },
  };
}

/**
 * Without a refresh token nothing that is known to us can be spent: then a store that cannot be written is no reason to
 * have no token.
 */
const unlessSpending =
  (base: ActiveRecord | undefined) =>
  (error: unknown): true => {
    if (base?.tokens.refreshToken !== undefined) throw error;
    return true;
  };

/** The store is down: the next refresh reads it again, and reports what is wrong with it. */
const ignoreUntilBack = (): void => undefined;
