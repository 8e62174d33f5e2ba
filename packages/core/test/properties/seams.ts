import type { Home, HomeParts, OpenHome } from '../../src/manager/home.ts';
import type { TokenManagerOptions } from '../../src/manager/options.ts';
import type { TokenManager } from '../../src/manager/token-manager.ts';
import type { FlightCore, SharedFlight } from '../../src/refresh/flight-types.ts';
import type { RefreshFunction } from '../../src/session/functions.ts';
import {
  isActive,
  type ActiveRecord,
  type SessionRecord,
  type StoreCell,
  type TokenStore,
} from '../../src/session/store.ts';
import { type Clock, systemClock } from '../../src/time/clock.ts';
import type { Core } from './simulation/core.ts';
import type { ServerAnswer } from './simulation/oracle.ts';

/** Puts something between the code under test and what it is given, or what it gives. */
export type Seam = (core: Core) => Core;

/** Changes what managers are given. */
export const atOptions =
  (change: (options: TokenManagerOptions, core: Core) => Partial<TokenManagerOptions>): Seam =>
  (core) => ({
    ...core,
    createTokenManager: (options) =>
      core.createTokenManager({ ...options, ...change(options, core) } as TokenManagerOptions),
  });

/** Changes the managers' clock. */
export const atClock = (change: (clock: Clock) => Partial<Clock>): Seam =>
  atOptions(({ clock = systemClock }) => ({ clock: { ...clock, ...change(clock) } }));

/** Changes the managers' random numbers. */
export const atRandom = (change: (number: number) => number): Seam =>
  atOptions(({ random = Math.random }) => ({ random: () => change(random()) }));

/** Changes the function that refreshes. */
export const atRefresh = (
  change: (refresh: RefreshFunction, core: Core, clock: Clock) => RefreshFunction,
): Seam =>
  atOptions(({ refresh, clock = systemClock }, core) =>
    refresh === undefined ? {} : { refresh: change(refresh, core, clock) },
  );

/** What the token endpoint answers: with `expires_at` in place of `expires_in` where a schedule says so. */
export type Answer = Partial<ServerAnswer> & { readonly expires_at?: number };

/** Changes the answers of the token endpoint. */
export const atAnswer = (change: (answer: Answer, clock: Clock) => object): Seam =>
  atRefresh(
    (refresh, _, clock) =>
      async (...args) =>
        change((await refresh(...args)) as Answer, clock) as ServerAnswer,
  );

/** Changes what those get who ask a manager. */
export const atManager =
  (
    change: (
      manager: TokenManager,
      core: Core,
      options: TokenManagerOptions,
    ) => Partial<TokenManager>,
  ): Seam =>
  (core) => ({
    ...core,
    createTokenManager(options) {
      const manager = core.createTokenManager(options);
      return Object.assign(
        Object.create(manager) as TokenManager, // getters stay what they are
        change(manager, core, options),
      );
    },
  });

/** Changes the cells that are shared. */
export const atCell =
  (change: (cell: StoreCell) => Partial<StoreCell>): Seam =>
  (core) => ({
    ...core,
    sharedStore: (cell) => core.sharedStore({ ...cell, ...change(cell) }),
  });

const recordOf = (value: unknown): ActiveRecord | undefined => {
  const record = value as SessionRecord | undefined;
  return record?.v === 1 && isActive(record) ? record : undefined;
};

/**
 * Changes what is read of a cell, given the tokens that this manager has read or written last: `undefined` as long as it
 * shall be read as it is.
 */
export const atRead = (
  change: (last: ActiveRecord, found: SessionRecord | undefined) => SessionRecord | undefined,
): Seam =>
  atCell((cell) => {
    let last: ActiveRecord | undefined;
    return {
      async read() {
        const found = await cell.read();
        const value = found?.value as SessionRecord | undefined;
        const shown = last && change(last, value);
        if (shown !== undefined && found != null) return { ...found, value: shown };
        last = recordOf(value);
        return found;
      },
      async write(record, expected) {
        const version = await cell.write(record, expected);
        if (version != null) last = recordOf(record);
        return version;
      },
    };
  });

/** Changes what is written to a cell. */
export const atWrite = (change: (record: SessionRecord) => SessionRecord): Seam =>
  atCell((cell) => ({ write: (record, expected) => cell.write(change(record), expected) }));

/** Changes what a store makes of a manager's session, and what it is given for that. */
export const atHome = (
  change: (home: Home) => Partial<Home>,
  given: (parts: HomeParts) => Partial<HomeParts> = () => ({}),
): Seam => {
  const wrap = (store: TokenStore): TokenStore => ({
    ...store,
    home: ((own, parts) => {
      const home = (store.home as OpenHome)(own, { ...parts, ...given(parts) });
      return Object.assign(Object.create(home) as Home, change(home));
    }) satisfies OpenHome,
  });
  return (core) => ({
    ...core,
    sharedStore: (cell) => wrap(core.sharedStore(cell)),
    memoryStore: (options) => wrap(core.memoryStore(options)),
  });
};

/** Changes what a flight does besides where others share the session, and what it is given for that. */
export const atSharedFlight = (
  change: (flight: SharedFlight, core: FlightCore) => Partial<SharedFlight>,
  given: (core: FlightCore) => Partial<FlightCore> = () => ({}),
): Seam =>
  atHome(({ share }) =>
    share === undefined
      ? {}
      : {
          share(core) {
            const flight = share({ ...core, ...given(core) });
            return { ...flight, ...change(flight, core) };
          },
        },
  );
