import { TokenError } from '../../src/errors/errors.ts';
import type { FlightEnd } from '../../src/refresh/flight-types.ts';
import { mutexLock } from '../../src/refresh/mutex-lock.ts';
import type { StoredValue, TokenStore } from '../../src/session/store.ts';
import {
  atAnswer,
  atCell,
  atClock,
  atHome,
  atManager,
  atOptions,
  atRandom,
  atRead,
  atRefresh,
  atSharedFlight,
  atWrite,
  type Seam,
} from './seams.ts';
import type { ScheduleClass } from './simulation/arbitraries.ts';
import type { Row } from './simulation/facts.ts';

/** One rule, switched off for one run of the tests. What is shipped has no such switch: docs/decisions/0022. */
export interface Sabotage {
  readonly row: Row | 'P5';
  readonly what: string;
  readonly seam: Seam;
  /** The schedules that show it soonest. */
  readonly where?: Partial<ScheduleClass>;
}

const ignore = (): void => undefined;

/** What a flight reads of the store before it sends is what this manager knew before: it cannot look again. */
const blindUnderLock: Seam = (core) => ({
  ...core,
  sharedStore(cell) {
    let blind = false;
    let known: StoredValue | null | undefined;
    const remembering = {
      ...cell,
      async read() {
        const found = await cell.read();
        if (blind && known != null && found != null) return { ...known, version: found.version };
        known = found;
        return found;
      },
    };
    const looking = atSharedFlight((flight) => ({
      async prepare(...args) {
        blind = true;
        return flight.prepare(...args).finally(() => {
          blind = false;
        });
      },
    }));
    return looking(core).sharedStore(remembering);
  },
});

export const SABOTAGES: readonly Sabotage[] = [
  {
    row: 'P1',
    what: 'a call is made a second time while the first may still be answered',
    seam: atRefresh((refresh) => (...args) => {
      refresh(...args).catch(ignore);
      return refresh(...args);
    }),
  },
  {
    row: 'P2',
    what: 'the last to come is forgotten when all are answered',
    seam: atManager((manager) => {
      let waiting = 0;
      return {
        getToken(wait) {
          const last = waiting++ > 0;
          const answer = manager.getToken(wait).finally(() => waiting--);
          if (!last) return answer;
          answer.catch(ignore);
          return new Promise(ignore);
        },
      };
    }),
  },
  {
    row: 'P3',
    what: 'an older generation in the store is taken for a newer one',
    seam: atRead((last, found) =>
      found?.session === last.session && found.gen < last.gen
        ? { ...found, gen: last.gen + 1 }
        : undefined,
    ),
    where: { faulty: true, store: 'shared' },
  },
  {
    row: 'P4',
    what: 'a token is good for a minute longer than it is',
    seam: atAnswer(({ expires_in = 0, ...answer }) => ({ ...answer, expires_in: expires_in + 60 })),
  },
  {
    row: 'P5',
    what: 'one waiter’s abort rejects everybody',
    seam: atManager((manager) => {
      const all = new Set<(reason: unknown) => void>();
      return {
        getToken: (wait) =>
          new Promise((resolve, reject) => {
            all.add(reject);
            wait?.signal?.addEventListener('abort', () => {
              for (const leave of all) leave(wait.signal?.reason);
            });
            manager
              .getToken(wait)
              .finally(() => all.delete(reject))
              .then(resolve, reject);
          }),
      };
    }),
  },
  {
    row: 'P6',
    what: 'a late 401 counts as one of the current generation',
    seam: atManager((manager) => ({
      async replaceRejected(rejected, wait) {
        const current = await manager.getToken().catch(ignore);
        return manager.replaceRejected(current?.accessToken ?? rejected, wait);
      },
    })),
  },
  {
    row: 'P7',
    what: 'a replay that was refused is replayed',
    seam: (core) => ({
      ...core,
      createAuthFetch(tokens, options) {
        const once = core.createAuthFetch(tokens, options);
        return async (input: Parameters<typeof once>[0], init?: Parameters<typeof once>[1]) => {
          const response = await once(input, init);
          return response.status === 401 ? once(input, init) : response;
        };
      },
    }),
  },
  {
    row: 'P8',
    what: 'there is no back-off',
    seam: atRandom((number) => -1 + number / 1000), // jitter takes all of it
    where: { faulty: true },
  },
  {
    row: 'P9',
    what: 'there is no limiter',
    // Each refresh is a minute after the last one, and a token that is refused is as old as that.
    seam: atOptions(({ clock, refresh }) => {
      let minutes = 0;
      if (clock === undefined || refresh === undefined) return {};
      return {
        clock: { ...clock, monotonic: () => clock.monotonic() + minutes * 60_000 },
        refresh(...args) {
          minutes++;
          return refresh(...args);
        },
      };
    }),
  },
  {
    row: 'P10',
    what: 'a request that waited for one session is answered with another',
    seam: atManager((manager) => ({
      getToken: (wait) =>
        manager.getToken(wait).catch((error: unknown) => {
          if ((error as TokenError).code !== 'ERR_SIGNED_OUT') throw error;
          return manager.getToken(wait);
        }),
    })),
  },
  {
    row: 'P11',
    what: 'a timer of the deadlines is not taken back',
    seam: atClock((clock) => ({
      setTimeout(...args) {
        clock.setTimeout(ignore, 1e9);
        return clock.setTimeout(...args);
      },
    })),
  },
  {
    row: 'P12',
    what: 'errors are kept as they were thrown',
    seam: (core) => {
      let thrown: unknown;
      const keeping = atRefresh((refresh) => async (...args) => {
        try {
          return await refresh(...args);
        } catch (error) {
          throw (thrown = error);
        }
      });
      const telling = atManager((manager) => ({
        getToken: (wait) =>
          manager.getToken(wait).catch((error: unknown) => {
            throw Object.create(error as object, { cause: { value: thrown } });
          }),
      }));
      return telling(keeping(core));
    },
    where: { faulty: true },
  },
  {
    row: 'P13',
    what: 'every body counts as one that can be sent again',
    // The adapter is shown a text, and the body is put in its place when it is sent.
    seam: (core) => ({
      ...core,
      createAuthFetch: (tokens, options) => (input, init) =>
        core.createAuthFetch(tokens, {
          ...options,
          fetch: async (to: string, shown: RequestInit) =>
            options.fetch?.(to, { ...shown, body: init?.body }),
        })(input, { ...init, body: 'a text' }),
    }),
  },
  {
    row: 'P14',
    what: 'nobody’s time is ever up',
    seam: atOptions(() => ({ waitTimeout: 1e9 })),
    where: { faulty: true },
  },
  {
    row: 'P15',
    what: 'any number may wait',
    seam: atOptions(() => ({ maxWaiting: Infinity })),
  },
  {
    row: 'D1',
    what: 'nobody waits for another’s intent, and there is no lock',
    seam: atOptions(() => ({ rotation: 'never' })),
    where: { faulty: false, lock: 'none' },
  },
  {
    row: 'D3',
    what: 'writes do not compare',
    seam: atCell((cell) => ({
      write: async (record) => cell.write(record, (await cell.read())?.version),
    })),
    where: { faulty: true, store: 'shared' },
  },
  {
    row: 'D4',
    what: 'a tombstone is taken for a store that is behind',
    seam: atRead((last, found) => (found?.status === 'signedOut' ? last : undefined)),
    where: { store: 'shared' },
  },
  {
    row: 'D5',
    what: 'tokens are shown before they are stored',
    seam: atCell((cell) => ({
      async write(...args) {
        void Promise.resolve(cell.write(...args)).catch(ignore);
        return 'soon';
      },
    })),
    where: { store: 'shared', lock: 'web' },
  },
  {
    row: 'D6',
    what: 'the new refresh token is forgotten',
    seam: atAnswer((answer) => ({ ...answer, refresh_token: undefined })),
  },
  {
    row: 'D7',
    what: 'nothing is committed once the lease has run out',
    seam: atSharedFlight((flight) => {
      let lease: AbortSignal | undefined;
      return {
        prepare(attempt, held) {
          lease = held.signal;
          return flight.prepare(attempt, held);
        },
        store: async (placing) =>
          lease?.aborted === true ? { type: 'left' } : flight.store(placing),
      };
    }),
    where: { only: 'leaseLost' },
  },
  {
    row: 'D8',
    what: 'a lost answer is taken for the end of the session',
    seam: atRefresh(
      (refresh) =>
        (...args) =>
          refresh(...args).catch((error: unknown) => {
            if (!(error instanceof TokenError) || error.delivery !== 'unanswered') throw error;
            throw new TokenError('ERR_SESSION_ENDED');
          }),
    ),
    where: { faulty: true },
  },
  {
    row: 'D9',
    what: 'a back-off never ends',
    seam: atRandom((number) => 1e9 + number),
    where: { faulty: true },
  },
  {
    row: 'lost',
    what: 'memory decides what is sent, whatever has struck',
    seam: blindUnderLock,
    where: { faulty: true, store: 'shared', lock: 'web' },
  },
  {
    row: 'L1',
    what: 'what could not be stored is not tried again',
    seam: atCell((cell) => {
      const failed = new Set<string>();
      return {
        async write(record, expected) {
          const key = `${record.session} ${record.gen}`;
          if (failed.has(key)) throw new Error('It is not tried again');
          try {
            return await cell.write(record, expected);
          } catch (error) {
            if (record.intent === undefined) failed.add(key);
            throw error;
          }
        },
      };
    }),
    where: { only: 'outage' },
  },
  {
    row: 'L1',
    what: 'the lock is given up before the answer is stored',
    seam: (core) => {
      const told = new WeakMap<object, (end: FlightEnd) => void>();
      return atSharedFlight(
        (flight, { tally }) => {
          const shown = new Promise<FlightEnd>((resolve) => told.set(tally, resolve));
          return { store: (placing) => Promise.race([flight.store(placing), shown]) };
        },
        ({ land, tally }) => ({
          land(end) {
            land(end);
            told.get(tally)?.(end);
          },
        }),
      )(core);
    },
    where: { only: 'outage', lock: 'web' },
  },
  {
    row: 'L2',
    what: 'a record that is gone is written again',
    seam: atCell((cell) => {
      let last: StoredValue | null | undefined;
      return {
        async read() {
          const found = await cell.read();
          if (found == null && last != null)
            await cell.write(last.value as Parameters<typeof cell.write>[0], undefined);
          last = found ?? (await cell.read());
          return last;
        },
      };
    }),
    where: { only: 'away' },
  },
  {
    row: 'L3',
    what: 'nobody waits for another’s intent (F3)',
    seam: atOptions(() => ({ rotation: 'never' })),
    where: { lock: 'none' },
  },
  {
    row: 'D2',
    what: 'memory decides what is sent, under the lock too (F2)',
    seam: blindUnderLock,
    where: { faulty: false, store: 'shared' },
  },
  {
    row: 'told',
    what: 'the intent of a redemption whose answer was lost is not kept',
    seam: atSharedFlight((flight, { context: { unsettled }, from, tally }) => ({
      async settle() {
        const lost = from !== undefined && unsettled.has(from);
        if (from !== undefined) unsettled.delete(from);
        tally.unanswered = 0;
        await flight.settle();
        if (lost) unsettled.add(from);
      },
    })),
    where: { only: 'answerLost' },
  },
  {
    row: 'own',
    what: 'what was written here is taken for a peer’s',
    seam: atHome(
      () => ({}),
      ({ state }) => ({
        state: Object.assign(Object.create(state) as typeof state, {
          adopt: (...[record, how]: Parameters<typeof state.adopt>) =>
            state.adopt(record, { ...how, by: 'peer' }),
        }),
      }),
    ),
    where: { faulty: false },
  },
  {
    row: 'L4',
    what: 'known tokens that are announced are a new session',
    seam: (core) =>
      atManager((manager) => ({
        setSession: (tokens) => manager.setSession(tokens, { again: true }),
      }))(atWrite((record) => ({ ...record, spent: [] }))(core)),
    where: { only: 'announce' },
  },
  {
    row: 'L5',
    what: 'a sign-in is given up at the first write without an answer, and does not say so',
    seam: atHome(
      (home) => ({
        setSession: (...args) =>
          home.setSession(...args).catch(() => {
            throw new TokenError('ERR_REFRESH_UNAVAILABLE', { message: 'Not stored' });
          }),
      }),
      () => ({ waitTimeout: 1 }),
    ),
    where: { only: 'lateWrites' },
  },
  {
    row: 'L6',
    what: 'subjects are not compared',
    seam: atOptions(() => ({ subject: () => undefined })),
    where: { only: 'subject' },
  },
  {
    row: 'L7',
    what: 'a token that was refused once is given to nobody',
    seam: atManager((manager) => {
      const refused = new Set<unknown>();
      return {
        replaceRejected(rejected, wait) {
          refused.add(rejected);
          return manager.replaceRejected(rejected, wait);
        },
        async getToken(wait) {
          const token = await manager.getToken(wait);
          if (refused.has(token?.accessToken)) throw new TokenError('ERR_REFRESH_UNAVAILABLE');
          return token;
        },
      };
    }),
    where: { only: 'stepUp' },
  },
  {
    row: 'L8',
    what: 'a token that has expired on arrival by an absolute time is of no use',
    seam: atAnswer(({ expires_at = Infinity, ...answer }, clock) =>
      expires_at * 1000 > clock.now() ? { ...answer, expires_at } : { ...answer, expires_in: 0 },
    ),
    where: { only: 'clock' },
  },
  {
    row: 'L9',
    what: 'nobody waits for the end of a silence',
    seam: atManager((manager, _, { clock }) => {
      let until = 0;
      manager.subscribe((event) => {
        if (event.type === 'refreshEnded') until = ('retryAt' in event && event.retryAt) || 0;
      });
      return {
        async getToken(wait) {
          const retryAfter = until - (clock?.now() ?? 0);
          if (retryAfter > 0) throw new TokenError('ERR_REFRESH_UNAVAILABLE', { retryAfter });
          return manager.getToken(wait);
        },
      };
    }),
    where: { faulty: true, store: 'shared' },
  },
  {
    row: 'L10',
    what: 'nobody writes back what a store that went back has lost',
    seam: atRead((last, found) =>
      found !== undefined && (found.turn < last.turn || found.gen < last.gen) ? last : undefined,
    ),
    where: { only: 'restore' },
  },
  {
    row: 'L11',
    what: 'what is owed does not keep the process alive',
    seam: atHome(
      () => ({}),
      ({ clock }) => ({
        clock: { ...clock, setTimeout: (task, delay) => clock.setTimeout(task, delay, true) },
      }),
    ),
    where: { only: 'ends' },
  },
  {
    row: 'L12',
    what: 'a task runs as often as the lock calls it',
    seam: atOptions(({ store, refresh }) => {
      if (store === undefined || refresh === undefined) return {};
      const lock = store.lock ?? mutexLock(Math.random);
      let again = (): unknown => undefined;
      const counting: TokenStore = {
        ...store,
        lock: {
          request(name, options, task) {
            let runs = 0;
            return lock.request(name, options, (held) => {
              if (runs++ > 0) again();
              return task(held);
            });
          },
        },
      };
      return {
        store: counting,
        refresh(...args) {
          again = () => refresh(...args).catch(ignore);
          return refresh(...args);
        },
      };
    }),
    where: { lock: 'hostile' },
  },
  {
    row: 'L13',
    what: 'for how long an intent has been seen is not written down',
    seam: atWrite(({ intent, ...record }) => {
      if (intent === undefined) return record;
      const { seen: _, ...unseen } = intent;
      return { ...record, intent: unseen };
    }),
    where: { only: 'shortLived' },
  },
  {
    row: 'D7',
    what: 'a lease that ran out before the call is not noticed (F5)',
    seam: atSharedFlight((flight) => ({
      prepare: (attempt, held) =>
        flight.prepare(attempt, { ...held, signal: new AbortController().signal }),
    })),
    where: { only: 'leaseLost' },
  },
];
