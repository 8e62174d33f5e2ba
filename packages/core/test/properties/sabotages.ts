import type * as authFetch from '../../../fetch/src/auth-fetch.ts';
import type * as body from '../../src/http/body.ts';
import type * as arrival from '../../src/refresh/limiter.ts';
import type * as cell from '../../src/shared/store-access.ts';
import type * as flight from '../../src/refresh/flight.ts';
import type * as answers from '../../src/refresh/read-answer.ts';
import type * as redemption from '../../src/refresh/listen.ts';
import type * as relation from '../../src/shared/compare-records.ts';
import type * as retry from '../../src/refresh/retry.ts';
import type * as safeCause from '../../src/errors/safe-cause.ts';
import type * as decide from '../../src/manager/decide.ts';
import type * as freshness from '../../src/session/freshness.ts';
import type * as tokenSet from '../../src/tokens/read-token-set.ts';
import type * as waitQueue from '../../src/manager/wait-queue.ts';
import type { Clock } from '../../src/time/clock.ts';
import { TokenError } from '../../src/errors/errors.ts';
import type { ScheduleClass } from './simulation/arbitraries.ts';
import type { Row } from './simulation/facts.ts';

/** One rule, switched off in one module, for one run of the tests. What is shipped has no such switch. */
export interface Sabotage {
  readonly row: Row | 'P5';
  readonly what: string;
  /** Below packages/. */
  readonly module: string;
  /** Given the module's exports, those that are replaced. */
  readonly wrong: (right: never) => object;
  /** The schedules that show it soonest. */
  readonly where?: Partial<ScheduleClass>;
}

const inModule =
  <Module extends object>(module: string) =>
  (
    sabotage: Omit<Sabotage, 'module' | 'wrong'> & {
      readonly wrong: (right: Module) => Partial<Module>;
    },
  ): Sabotage => ({
    ...sabotage,
    module,
  });

const inAuthFetch = inModule<typeof authFetch>('fetch/src/auth-fetch.ts');
const inBody = inModule<typeof body>('core/src/http/body.ts');
const inArrival = inModule<typeof arrival>('core/src/refresh/limiter.ts');
const inCell = inModule<typeof cell>('core/src/shared/store-access.ts');
const inFlight = inModule<typeof flight>('core/src/refresh/flight.ts');
const inAnswers = inModule<typeof answers>('core/src/refresh/read-answer.ts');
const inRedemption = inModule<typeof redemption>('core/src/refresh/listen.ts');
const inRelation = inModule<typeof relation>('core/src/shared/compare-records.ts');
const inRetry = inModule<typeof retry>('core/src/refresh/retry.ts');
const inSafeCause = inModule<typeof safeCause>('core/src/errors/safe-cause.ts');
const inDecide = inModule<typeof decide>('core/src/manager/decide.ts');
const inFreshness = inModule<typeof freshness>('core/src/session/freshness.ts');
const inTokenSet = inModule<typeof tokenSet>('core/src/tokens/read-token-set.ts');
const inWaitQueue = inModule<typeof waitQueue>('core/src/manager/wait-queue.ts');

const takenFor =
  (change: Partial<Record<relation.Relation, relation.Relation>>) =>
  (right: typeof relation): Partial<typeof relation> => ({
    relate(...args) {
      const found = right.relate(...args);
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
  inRedemption({
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
            const all = queue.size;
            let left = all;
            settle((waiter) => (--left === 0 && all > 1 ? undefined : decide(waiter)));
          },
        });
      },
    }),
  }),
  inRelation({
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
            late ? Object.assign(waiter, { gen: facts.state.held?.record.gen }) : waiter,
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
        right.decide(waiter, { ...facts, blocked: () => undefined }, failure),
    }),
    where: { faulty: true },
  }),
  inArrival({
    row: 'P9',
    what: 'there is no limiter',
    wrong: () => ({
      createArrivals: () => ({ note: () => undefined, mayReplace: () => true, wait: () => 0 }),
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
  inRelation({
    row: 'D1',
    what: 'a newer generation in the store is not adopted',
    wrong: takenFor({ newer: 'same' }),
  }),
  inRelation({
    row: 'D2',
    what: 'a newer generation in the store is not adopted',
    wrong: takenFor({ newer: 'same' }),
  }),
  inCell({
    row: 'D3',
    what: 'writes do not compare',
    wrong: (right) => ({
      createCell(store, ...rest) {
        const write: typeof store.write = async (record) =>
          store.write(record, (await store.read())?.version);
        return right.createCell({ ...store, write }, ...rest);
      },
    }),
    where: { faulty: true, store: 'shared' },
  }),
  inRelation({
    row: 'D4',
    what: 'a tombstone is taken for a store that is behind',
    wrong: takenFor({ signedOut: 'older' }),
    where: { store: 'shared' },
  }),
  inCell({
    row: 'D5',
    what: 'tokens are shown before they are stored',
    wrong: (right) => ({
      createCell(...args) {
        const cell = right.createCell(...args);
        return {
          ...cell,
          async update(next, known) {
            void cell.update(next, known).catch(() => undefined);
            const sight = known ?? (await cell.read());
            return next(sight) === undefined ? { kept: sight } : { written: 'soon' };
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
  inFlight({
    row: 'D7',
    what: 'nothing is committed once the lease has run out',
    wrong: (right) => ({
      startFlight(port, ...rest) {
        let lease: AbortSignal | undefined;
        const { cell, lock } = port;
        const noting: typeof lock.request = (name, options, task) =>
          lock.request(name, options, (held) => {
            lease = held?.signal;
            return task(held);
          });
        const update: typeof cell.update = async (next, known) =>
          lease?.aborted ? { kept: await cell.read() } : cell.update(next, known);
        return right.startFlight(
          { ...port, lock: { ...lock, request: noting }, cell: { ...cell, update } },
          ...rest,
        );
      },
    }),
    where: { only: 'leaseLost' },
  }),
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
  inRelation({
    row: 'lost',
    what: 'a refused refresh token is not looked up in the store again',
    wrong: takenFor({ newer: 'same' }),
  }),
];
