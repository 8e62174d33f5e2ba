import type * as authFetch from '../../../fetch/src/auth-fetch.ts';
import type * as body from '../../src/http/body.ts';
import type * as limiter from '../../src/refresh/limiter.ts';
import type * as storeAccess from '../../src/shared/store-access.ts';
import type * as answers from '../../src/refresh/read-answer.ts';
import type * as listening from '../../src/refresh/listen.ts';
import type * as comparison from '../../src/shared/compare-records.ts';
import type * as retry from '../../src/refresh/retry.ts';
import type * as safeCause from '../../src/errors/safe-cause.ts';
import type * as decide from '../../src/manager/decide.ts';
import type * as freshness from '../../src/session/freshness.ts';
import type * as tokenSet from '../../src/tokens/read-token-set.ts';
import type * as announcement from '../../src/session/announcement.ts';
import type * as debt from '../../src/shared/debt.ts';
import type * as intent from '../../src/shared/intent.ts';
import type * as sharedFlight from '../../src/shared/shared-flight.ts';
import type * as subject from '../../src/tokens/subject.ts';
import type * as underLock from '../../src/refresh/under-lock.ts';
import type * as waitQueue from '../../src/manager/wait-queue.ts';
import type { Home, HomeParts, OpenHome } from '../../src/manager/home.ts';
import type { FlightCore, SharedFlight } from '../../src/refresh/flight-types.ts';
import type { StoreCell, TokenStore } from '../../src/session/store.ts';
import type { Clock } from '../../src/time/clock.ts';
import { TokenError } from '../../src/errors/errors.ts';
import type { ScheduleClass } from './simulation/arbitraries.ts';
import type { Core } from './simulation/core.ts';
import type { Row } from './simulation/facts.ts';

/** One rule, switched off for one run of the tests. What is shipped has no such switch. */
export type Sabotage = {
  readonly row: Row | 'P5';
  readonly what: string;
  /** The schedules that show it soonest. */
  readonly where?: Partial<ScheduleClass>;
} & (
  | {
      /** Put between the code under test and what it is given from outside: the store, its lock, its home. */
      readonly seam: (core: Core) => Core;
    }
  | {
      /** Below packages/. */
      readonly module: string;
      /** Given the module's exports, those that are replaced. */
      readonly wrong: (right: never) => object;
    }
);

const inModule =
  <Module extends object>(module: string) =>
  (
    sabotage: Pick<Sabotage, 'row' | 'what' | 'where'> & {
      readonly wrong: (right: Module) => Partial<Module>;
    },
  ): Sabotage => ({ ...sabotage, module });

const inAuthFetch = inModule<typeof authFetch>('fetch/src/auth-fetch.ts');
const inBody = inModule<typeof body>('core/src/http/body.ts');
const inLimiter = inModule<typeof limiter>('core/src/refresh/limiter.ts');
const inStoreAccess = inModule<typeof storeAccess>('core/src/shared/store-access.ts');
const inAnswers = inModule<typeof answers>('core/src/refresh/read-answer.ts');
const inListening = inModule<typeof listening>('core/src/refresh/listen.ts');
const inComparison = inModule<typeof comparison>('core/src/shared/compare-records.ts');
const inRetry = inModule<typeof retry>('core/src/refresh/retry.ts');
const inSafeCause = inModule<typeof safeCause>('core/src/errors/safe-cause.ts');
const inDecide = inModule<typeof decide>('core/src/manager/decide.ts');
const inFreshness = inModule<typeof freshness>('core/src/session/freshness.ts');
const inTokenSet = inModule<typeof tokenSet>('core/src/tokens/read-token-set.ts');
const inAnnouncement = inModule<typeof announcement>('core/src/session/announcement.ts');
const inDebt = inModule<typeof debt>('core/src/shared/debt.ts');
const inIntent = inModule<typeof intent>('core/src/shared/intent.ts');
const inFlightModule = inModule<typeof sharedFlight>('core/src/shared/shared-flight.ts');
const inSubject = inModule<typeof subject>('core/src/tokens/subject.ts');
const inUnderLock = inModule<typeof underLock>('core/src/refresh/under-lock.ts');
const inWaitQueue = inModule<typeof waitQueue>('core/src/manager/wait-queue.ts');

/** Changes the cells that are shared. */
const atCell =
  (change: (cell: StoreCell) => StoreCell) =>
  (core: Core): Core => ({ ...core, sharedStore: (cell) => core.sharedStore(change(cell)) });

/** Changes what a store makes of a manager's session, and what it is given for that. */
const atHome =
  (
    change: (home: Home) => Partial<Home>,
    given: (parts: HomeParts) => Partial<HomeParts> = () => ({}),
  ) =>
  (core: Core): Core => {
    const wrap = (store: TokenStore): TokenStore => ({
      ...store,
      home: ((own, parts) => {
        const home = (store.home as OpenHome)(own, { ...parts, ...given(parts) });
        return Object.assign(Object.create(home) as Home, change(home)); // getters stay what they are
      }) satisfies OpenHome,
    });
    return {
      ...core,
      sharedStore: (cell) => wrap(core.sharedStore(cell)),
      memoryStore: (options) => wrap(core.memoryStore(options)),
    };
  };

/** Changes what a flight does besides where others share the session. */
const inSharedFlight = (
  change: (flight: SharedFlight, core: FlightCore) => Partial<SharedFlight>,
) =>
  atHome(({ share }) =>
    share === undefined
      ? {}
      : {
          share: (core) => {
            const flight = share(core);
            return { ...flight, ...change(flight, core) };
          },
        },
  );

const takenFor =
  (change: Partial<Record<comparison.Comparison, comparison.Comparison>>) =>
  (right: typeof comparison): Partial<typeof comparison> => ({
    compareRecords(...args) {
      const found = right.compareRecords(...args);
      return change[found] ?? found;
    },
  });

interface QueueOptions {
  readonly clock: Clock;
  readonly timeout: number;
  readonly limit: number;
}

const queueWith =
  (change: (options: QueueOptions) => Partial<QueueOptions>) =>
  (right: typeof waitQueue): Partial<typeof waitQueue> => ({
    createWaitQueue: (options) => right.createWaitQueue({ ...options, ...change(options) }),
  });

export const SABOTAGES: readonly Sabotage[] = [
  inListening({
    row: 'P1',
    what: 'a call is made a second time while the first may still be answered',
    wrong: (right) => ({
      listen(call, ...rest) {
        call().catch(() => undefined);
        return right.listen(call, ...rest);
      },
    }),
  }),
  inWaitQueue({
    row: 'P2',
    what: 'the last to come is forgotten when all are answered',
    wrong: (right) => ({
      createWaitQueue(options) {
        const queue = right.createWaitQueue(options);
        const { settle } = queue;
        return Object.assign(queue, {
          settle(decide: Parameters<typeof settle>[0]) {
            const all = queue.size();
            let left = all;
            settle((waiter) => (--left === 0 && all > 1 ? undefined : decide(waiter)));
          },
        });
      },
    }),
  }),
  inComparison({
    row: 'P3',
    what: 'an older generation in the store is taken for a newer one',
    wrong: takenFor({ older: 'newer' }),
    where: { faulty: true, store: 'shared' },
  }),
  inFreshness({
    row: 'P4',
    what: 'a token is good for a minute longer than it is',
    wrong: (right) => ({ remaining: (...args) => right.remaining(...args) + 60_000 }),
  }),
  inWaitQueue({
    row: 'P5',
    what: 'one waiter’s abort rejects everybody',
    wrong: (right) => ({
      createWaitQueue(options) {
        const queue = right.createWaitQueue(options);
        const { enter } = queue;
        return Object.assign(queue, {
          enter(...[waiter, signal]: Parameters<typeof enter>) {
            signal?.addEventListener('abort', () => queue.settle(() => ({ fail: signal.reason })));
            return enter(waiter, signal);
          },
        });
      },
    }),
  }),
  inDecide({
    row: 'P6',
    what: 'a late 401 counts as one of the current generation',
    wrong: (right) => {
      const known = new WeakSet<object>();
      return {
        decide(waiter, facts, failure) {
          const late = waiter.need.kind === 'replace' && !known.has(waiter);
          known.add(waiter);
          return right.decide(
            late ? Object.assign(waiter, { old: facts.state.current?.token }) : waiter,
            facts,
            failure,
          );
        },
      };
    },
  }),
  inAuthFetch({
    row: 'P7',
    what: 'a replay that was refused is replayed',
    wrong: (right) => ({
      createAuthFetch(tokens, options) {
        const once = right.createAuthFetch(tokens, options);
        return async (input: Parameters<typeof once>[0], init?: Parameters<typeof once>[1]) => {
          const response = await once(input, init);
          return response.status === 401 ? once(input, init) : response;
        };
      },
    }),
  }),
  inDecide({
    row: 'P8',
    what: 'there is no back-off',
    wrong: (right) => ({
      decide: (waiter, facts, failure) =>
        right.decide(waiter, { ...facts, obstacle: () => undefined }, failure),
    }),
    where: { faulty: true },
  }),
  inLimiter({
    row: 'P9',
    what: 'there is no limiter',
    wrong: () => ({
      createLimiter: () => ({ note: () => undefined, replaceIn: () => 0, wait: () => 0 }),
    }),
  }),
  inDecide({
    row: 'P10',
    what: 'who waited for one session is answered with another',
    wrong: (right) => ({
      decide(waiter, facts, failure) {
        const { epoch } = waiter;
        return right.decide(
          epoch === undefined ? waiter : Object.assign(waiter, { epoch: facts.state.epoch }),
          facts,
          failure,
        );
      },
    }),
  }),
  inWaitQueue({
    row: 'P11',
    what: 'a timer of the deadlines is not taken back',
    wrong: queueWith(({ clock }) => ({
      clock: {
        ...clock,
        setTimeout(task, delay) {
          clock.setTimeout(task, 1e9);
          return clock.setTimeout(task, delay);
        },
      },
    })),
  }),
  inSafeCause({
    row: 'P12',
    what: 'errors are kept as they were thrown',
    wrong: () => ({
      safeCause: (thrown) => thrown as Error,
      causeOf: (thrown) => thrown as Error,
    }),
    where: { faulty: true },
  }),
  inBody({
    row: 'P13',
    what: 'every body counts as one that can be sent again',
    wrong: () => ({ isReplayable: () => true }),
  }),
  inWaitQueue({
    row: 'P14',
    what: 'nobody’s time is ever up',
    wrong: queueWith(() => ({ timeout: 1e9 })),
    where: { faulty: true },
  }),
  inWaitQueue({
    row: 'P15',
    what: 'any number may wait',
    wrong: queueWith(() => ({ limit: Infinity })),
  }),
  {
    row: 'D1',
    what: 'nobody waits for another’s intent, and there is no lock',
    seam: atHome(
      () => ({}),
      () => ({ intentLimit: 0 }),
    ),
    where: { faulty: false, lock: 'none' },
  },
  {
    row: 'D3',
    what: 'writes do not compare',
    seam: atCell((cell) => ({
      ...cell,
      write: async (record) => cell.write(record, (await cell.read())?.version),
    })),
    where: { faulty: true, store: 'shared' },
  },
  inComparison({
    row: 'D4',
    what: 'a tombstone is taken for a store that is behind',
    wrong: (right) => ({
      compareRecords(mine, stored, ...rest) {
        const found = right.compareRecords(mine, stored, ...rest);
        const signedOut = mine?.status === 'active' && stored?.status === 'signedOut';
        return signedOut && found === 'newer' ? 'older' : found;
      },
    }),
    where: { store: 'shared' },
  }),
  inStoreAccess({
    row: 'D5',
    what: 'tokens are shown before they are stored',
    wrong: (right) => ({
      createStoreAccess(...args) {
        const access = right.createStoreAccess(...args);
        return {
          ...access,
          async update(next, options = {}) {
            void access.update(next, options).catch(() => undefined);
            const storedState = options.known ?? (await access.read());
            const record = next(storedState);
            return record === undefined
              ? { kept: storedState }
              : { written: record, version: 'soon', over: storedState };
          },
        };
      },
    }),
    where: { store: 'shared', lock: 'web' },
  }),
  inTokenSet({
    row: 'D6',
    what: 'the new refresh token is forgotten',
    wrong: (right) => ({
      readTokenSet(value, startedAt, origin) {
        const { tokens, problem } = right.readTokenSet(value, startedAt, origin);
        const { refreshToken: _, ...rest } = tokens;
        return { tokens: origin === 'answer' ? rest : tokens, problem };
      },
    }),
  }),
  {
    row: 'D7',
    what: 'nothing is committed once the lease has run out',
    seam: inSharedFlight((flight) => {
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
  inAnswers({
    row: 'D8',
    what: 'a lost answer is taken for the end of the session',
    wrong: (right) => ({
      async readAnswer(...args) {
        const found = await right.readAnswer(...args);
        const lost =
          'error' in found &&
          found.error.code === 'ERR_REFRESH_UNAVAILABLE' &&
          found.error.delivery !== 'unsent' &&
          found.error.delivery !== 'answered';
        return lost ? { error: new TokenError('ERR_SESSION_ENDED') } : found;
      },
    }),
    where: { faulty: true },
  }),
  inRetry({
    row: 'D9',
    what: 'a back-off never ends',
    wrong: () => ({ backoffDelay: () => 1e9 }),
    where: { faulty: true },
  }),
  inFlightModule({
    row: 'lost',
    what: 'memory decides what is sent, whatever has struck',
    wrong: (right) => ({
      sharedFlight: (parts, core) =>
        right.sharedFlight({ ...parts, look: () => parts.access.read() }, core),
    }),
    where: { faulty: true, store: 'shared', lock: 'web' },
  }),
  inDebt({
    row: 'L1',
    what: 'what could not be stored is not tried again',
    wrong: (right) => ({
      createDebt: (...args) => ({ ...right.createDebt(...args), start: () => undefined }),
    }),
    where: { only: 'outage' },
  }),
  inDebt({
    row: 'L1',
    what: 'the lock is given up before the answer is stored',
    wrong: (right) => ({
      createDebt: (...args) => ({ ...right.createDebt(...args), settled: async () => undefined }),
    }),
    where: { only: 'outage', lock: 'web' },
  }),
  inComparison({
    row: 'L2',
    what: 'a record that is gone is written again',
    wrong: takenFor({ gone: 'older' }),
    where: { only: 'away' },
  }),
  {
    row: 'L3',
    what: 'nobody waits for another’s intent (F3)',
    seam: atHome(
      () => ({}),
      () => ({ intentLimit: 0 }),
    ),
    where: { lock: 'none' },
  },
  inFlightModule({
    row: 'D2',
    what: 'memory decides what is sent, under the lock too (F2)',
    wrong: (right) => ({
      sharedFlight: (parts, core) =>
        right.sharedFlight({ ...parts, look: () => parts.access.read() }, core),
    }),
    where: { faulty: false, store: 'shared' },
  }),
  {
    row: 'told',
    what: 'the intent of a redemption whose answer was lost is not kept',
    seam: inSharedFlight((flight, { context: { unsettled }, from, tally }) => ({
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
  inStoreAccess({
    row: 'own',
    what: 'a read does not wait for our own write',
    wrong: (right) => ({
      createStoreAccess: (...args) => ({
        ...right.createStoreAccess(...args),
        read: right.createStoreAccess(...args).read,
      }),
    }),
    where: { faulty: false },
  }),
  inAnnouncement({
    row: 'L4',
    what: 'known tokens that are announced are a new session',
    wrong: (right) => ({
      announcementOf(...args) {
        const found = right.announcementOf(...args);
        return found === 'older' || found === 'over' ? 'new' : found;
      },
    }),
    where: { only: 'announce' },
  }),
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
  inSubject({
    row: 'L6',
    what: 'subjects are not compared',
    wrong: () => ({ compareSubjects: () => 'unknown' }),
    where: { only: 'subject' },
  }),
  inDecide({
    row: 'L7',
    what: 'a token that was refused once is given to nobody',
    wrong: (right) => ({
      decide(waiter, facts, failure) {
        const decision = right.decide(waiter, facts, failure);
        const refused = facts.state.refused && 'give' in decision;
        const error = failure ?? facts.obstacle();
        return refused && error !== undefined ? { fail: error } : decision;
      },
    }),
    where: { only: 'stepUp' },
  }),
  inTokenSet({
    row: 'L8',
    what: 'a token that has expired on arrival by an absolute time is of no use',
    wrong: (right) => ({
      readTokenSet: (...args) => ({ ...right.readTokenSet(...args), absoluteOnly: false }),
    }),
    where: { only: 'clock' },
  }),
  inDecide({
    row: 'L9',
    what: 'nobody waits for the end of a silence',
    wrong: (right) => ({
      decide: (waiter, facts, failure) =>
        right.decide(waiter, { ...facts, endsBefore: () => false }, failure),
    }),
    where: { faulty: true, store: 'shared' },
  }),
  inComparison({
    row: 'L10',
    what: 'nobody writes back what a store that went back has lost',
    wrong: takenFor({ older: 'same' }),
    where: { only: 'restore' },
  }),
  inDebt({
    row: 'L11',
    what: 'what is owed does not keep the process alive',
    wrong: (right) => ({
      createDebt: ({ clock, ...parts }) =>
        right.createDebt({
          ...parts,
          clock: { ...clock, setTimeout: (task, delay) => clock.setTimeout(task, delay, true) },
        }),
    }),
    where: { only: 'ends' },
  }),
  inUnderLock({
    row: 'L12',
    what: 'a task runs as often as the lock calls it',
    wrong: () => ({
      async underLock({ lock, name }, task) {
        const { signal } = new AbortController();
        return { done: await lock.request(name, { signal }, (held) => task(held ?? {})) };
      },
    }),
    where: { lock: 'hostile' },
  }),
  inIntent({
    row: 'L13',
    what: 'for how long an intent has been seen is not written down',
    wrong: (right) => ({
      createIntentAge: () => ({ ...right.createIntentAge(), toWrite: () => undefined }),
    }),
    where: { only: 'shortLived' },
  }),
  {
    row: 'D7',
    what: 'a lease that ran out before the call is not noticed (F5)',
    seam: inSharedFlight((flight) => ({
      prepare: (attempt, held) =>
        flight.prepare(attempt, { ...held, signal: new AbortController().signal }),
    })),
    where: { only: 'leaseLost' },
  },
];
