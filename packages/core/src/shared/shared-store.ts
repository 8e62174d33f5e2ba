import type { TokenError } from '../errors/errors.ts';
import { check, hasMethods, isFunction, isName } from '../errors/check-value.ts';
import { safeCause } from '../errors/safe-cause.ts';
import type { Home, HomeParts, OpenHome } from '../manager/home.ts';
import { mutexLock } from '../refresh/mutex-lock.ts';
import { isLock } from '../session/lock.ts';
import { isActive, type SessionRecord, type StoreCell, type TokenStore } from '../session/store.ts';
import { createDebt, type Debt } from './debt.ts';
import { createIntentAge, type IntentAge } from './intent.ts';
import type { StoredState } from './record.ts';
import { sharedFlight } from './shared-flight.ts';
import { createSignInOut, type SignInOut } from './sign-in-out.ts';
import { createStoreAccess } from './store-access.ts';
import { createSync } from './sync.ts';

/**
 * A store of your own: one cell with compare-and-set, such as a row with a version, made safe to share.
 *
 * - `name` names the session: another name for each session.
 * - `read` gives what is there with its version, `write` replaces it whole if the version is still the expected one.
 * - `subscribe` tells of writes by others, where that is possible.
 * - `lock` lets others wait instead of looking again and again. Without one the compare-and-set alone keeps two processes
 *   from redeeming the same refresh token.
 *
 * @throws TypeError that names the member that is missing or wrong.
 *
 * @example
 * ```ts
 * import { sharedStore, type SessionRecord } from 'unexpired';
 *
 * interface Row { readonly record: SessionRecord; readonly version: number }
 * interface Table {
 *   find(id: string): Promise<Row | null>;
 *   insert(id: string, record: SessionRecord): Promise<boolean>;
 *   update(id: string, record: SessionRecord, expected: number): Promise<boolean>;
 * }
 *
 * const rowStore = (table: Table, id: string) =>
 *   sharedStore({
 *     name: `session:${id}`,
 *     async read() {
 *       const row = await table.find(id);
 *       return row && { value: row.record, version: String(row.version) };
 *     },
 *     async write(record, expected) {
 *       if (expected === undefined) return (await table.insert(id, record)) ? '1' : null;
 *       const written = await table.update(id, record, Number(expected));
 *       return written ? String(Number(expected) + 1) : null;
 *     },
 *   });
 * ```
 */
export function sharedStore(cell: StoreCell): TokenStore {
  check('sharedStore', cell, (value) => hasMethods(value, 'read', 'write'));
  const { name, subscribe, lock } = cell;
  check('sharedStore: name', name, isName);
  if (subscribe !== undefined) check('sharedStore: subscribe', subscribe, isFunction);
  if (lock !== undefined) check('sharedStore: lock', lock, isLock);
  return {
    name,
    // Members of its own, so that `{ ...store, read }` is a store, too, and a cell may be an object of a class.
    read: async () => (await cell.read()) ?? undefined,
    write: async (record, expected) => (await cell.write(record, expected)) ?? undefined,
    ...(subscribe !== undefined && { subscribe: (onChange) => subscribe.call(cell, onChange) }),
    ...(lock !== undefined && { lock }),
    home: sharedHome,
  };
}

/** Ms after which a store that could not be read at its notice is read again, doubling to the longest. */
const FIRST_LOOK = 500;
const LONGEST_LOOK = 60_000;

/** Ms between two looks at a store that shows nobody, such as a keychain while the device is locked. */
const LOOK_EVERY = 1000;

/**
 * The home of a session in a store. Called with the store that the manager was given, whose methods may differ from those
 * that it was made with: `{ ...store, read }` is a store, too.
 */
const sharedHome: OpenHome = (store, parts): Home => {
  const { state, clock, random, newId, revoker, subjectOf, intentLimit, closed, pump } = parts;
  const sync = createSync({ state, clock, subjectOf, nothingOwed: () => debtMade?.nudge() });
  const access = createStoreAccess(store, clock, random, {
    warn: (message) =>
      state.emit({ type: 'warning', code: 'STORE_PERMISSIONS', message, error: undefined }),
    learn(record) {
      const first = state.phase === 'unknown';
      sync.learn(record);
      if (first) notice(); // what was told before anything was known led to no look
    },
  });
  /** The generation that was held, and revoked, at the latest sign-out here. */
  let lastEnded: SessionRecord | undefined;
  // Made when they are needed: most sessions of a pool owe nothing, and were signed in elsewhere.
  let debtMade: Debt | undefined;
  let signs: SignInOut | undefined;
  let age: IntentAge | undefined;
  const debt = (): Debt =>
    (debtMade ??= createDebt({
      access,
      sync,
      clock,
      closed,
      emit: state.emit,
      signedOut(record) {
        // Never read, or refreshed by a peer: not the tokens that were revoked here already.
        const known = lastEnded;
        const other = record.session !== known?.session || record.gen > known.gen;
        if (other && isActive(record)) revoker.revoke(record.tokens);
      },
    }));
  const signInOut = (): SignInOut =>
    (signs ??= createSignInOut({ ...parts, access, sync, debt: debt() }));
  const owner = newId();
  let loading: Promise<void> | undefined;
  let looked = -Infinity;

  const look = async (): Promise<StoredState> => {
    const storedState = await access.read().finally(() => (looked = clock.monotonic()));
    if (storedState.unreadable !== undefined) throw storedState.unreadable;
    sync.take(storedState);
    return sync.owes() ? debt().pay(storedState) : storedState;
  };

  // The next refresh reads the store anyway, and reports what is wrong with it. Until then others may read what a store that
  // went back shows them, so a notice is not forgotten because the store could not be read at that moment.
  let cancelLook: (() => void) | undefined;
  const notice = (delay = FIRST_LOOK): void => {
    if (closed() || state.phase === 'unknown') return;
    cancelLook?.();
    debtMade?.nudge();
    look().then(pump, (error: TokenError) => {
      if (closed()) return;
      cancelLook?.();
      // One loop tries again what is owed, and the next refresh reports a record that cannot be read.
      if (sync.owes()) debt().start();
      else if (error.code !== 'ERR_STORE_RECORD')
        cancelLook = clock.setTimeout(() => notice(Math.min(delay * 2, LONGEST_LOOK)), delay, true);
    });
  };
  const listen = createListener(store, parts, () => notice());

  return {
    lock: store.lock ?? mutexLock(random),
    lockName: store.name,
    busy: () => signs?.busy() === true,
    call: () => signs?.call() ?? 0,
    decided: () => signs?.decided(),
    owes: sync.owes,
    volatile: () => (store as VolatileStore).volatile === true && state.current !== undefined,
    stale: () => loading !== undefined || clock.monotonic() - looked >= LOOK_EVERY,
    share(core) {
      age ??= createIntentAge();
      return sharedFlight({ access, sync, debt, owner, intentLimit, age, look }, core);
    },
    load() {
      listen.start();
      loading ??= look()
        .then(() => undefined)
        .finally(() => {
          loading = undefined;
        });
      return loading;
    },
    setSession(tokens, options) {
      listen.start();
      return signInOut().setSession(tokens, options);
    },
    signOut() {
      listen.start();
      lastEnded = state.current?.record;
      return signInOut().signOut();
    },
    async close() {
      listen.stop();
      cancelLook?.();
      debtMade?.nudge();
      await signs?.settled();
      if (sync.owes()) debt().start();
      await debtMade?.settled();
    },
  };
};

/** Kept in the memory of this process: what is in it is gone with the manager. */
export interface VolatileStore extends TokenStore {
  readonly volatile?: true;
}

/** The subscription of somebody else's store: it may throw, reject, or give a promise. A late notice is the only cost. */
function createListener(
  store: StoreCell,
  { state }: Pick<HomeParts, 'state'>,
  notice: () => void,
): { start(): void; stop(): void } {
  let started = false;
  let stopped = false;
  let unsubscribe: unknown;
  const complain = (error: unknown): void => {
    state.emit({
      type: 'warning',
      code: 'STORE_UNAVAILABLE',
      message: `Store "${store.name}" cannot be listened to (${safeCause(error)?.name ?? 'Error'}); it is read when a token is due`,
      error: undefined,
    });
  };
  const end = (): void => {
    if (typeof unsubscribe !== 'function') return;
    const stop = unsubscribe as () => unknown;
    unsubscribe = undefined;
    Promise.resolve()
      .then(stop)
      .catch(() => undefined); // it is not listened to any more, whatever the store says
  };
  return {
    start() {
      if (started || store.subscribe === undefined) return;
      started = true;
      try {
        Promise.resolve(store.subscribe(notice) as unknown).then((found) => {
          unsubscribe ??= found;
          if (stopped) end();
        }, complain);
      } catch (error) {
        complain(error);
      }
    },
    stop() {
      stopped = true;
      end();
    },
  };
}
