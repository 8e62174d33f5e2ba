import type { Settlement, WaitQueue } from '../../src/session/wait-queue.ts';
import type { Clock } from '../../src/clock.ts';
import type { Row } from './simulation/facts.ts';
import type { ScheduleClass } from './simulation/arbitraries.ts';

type Exports = Record<string, any>;

/** One rule, switched off in one module, for one run of the tests. What is shipped has no such switch. */
export interface Sabotage {
  readonly row: Row | 'P5';
  readonly what: string;
  /** Below packages/. */
  readonly module: string;
  /** The module's exports that are replaced. */
  readonly wrong: (right: any) => Exports;
  readonly where?: Partial<ScheduleClass>;
}

type Queue = WaitQueue<unknown, unknown>;
type QueueOptions = { clock: Clock; timeout: number; limit: number; late: (waiter: unknown) => Settlement<unknown> };
const queueWith = (change: (options: QueueOptions) => QueueOptions) => (right: { createWaitQueue(options: QueueOptions): Queue }) => ({
  createWaitQueue: (options: QueueOptions) => right.createWaitQueue(change(options)),
});
const relation = (change: Record<string, string>) => (right: { relate(...args: unknown[]): string }) => ({
  relate: (...args: unknown[]) => {
    const found = right.relate(...args);
    return change[found] ?? found;
  },
});

export const SABOTAGES: readonly Sabotage[] = [
  {
    row: 'P1',
    what: 'a call that does not listen to its signal is taken for lost at once',
    module: 'core/src/refresh/redemption.ts',
    wrong: (right) => ({ ...right, LINGER: 0 }),
    where: { faulty: true, store: 'memory', lock: 'process' },
  },
  {
    row: 'P2',
    what: 'the last to come is forgotten when all are answered',
    module: 'core/src/session/wait-queue.ts',
    wrong: (right) => ({
      createWaitQueue(options: QueueOptions) {
        const queue: Queue = right.createWaitQueue(options);
        return {
          ...queue,
          get size() {
            return queue.size;
          },
          settle(decide: Parameters<Queue['settle']>[0]) {
            const all = queue.size;
            let left = all;
            queue.settle((waiter) => (--left === 0 && all > 1 ? undefined : decide(waiter)));
          },
        };
      },
    }),
  },
  {
    row: 'P3',
    what: 'an older generation in the store is taken for a newer one',
    module: 'core/src/refresh/relation.ts',
    wrong: relation({ older: 'newer' }),
    where: { faulty: true, store: 'shared' },
  },
  {
    row: 'P4',
    what: 'a token is good for a minute longer than it is',
    module: 'core/src/session/freshness.ts',
    wrong: (right) => ({ remaining: (...args: unknown[]) => right.remaining(...args) + 60_000 }),
  },
  {
    row: 'P5',
    what: 'one waiter’s abort rejects everybody',
    module: 'core/src/session/wait-queue.ts',
    wrong: (right) => ({
      createWaitQueue(options: QueueOptions) {
        const queue: Queue = right.createWaitQueue(options);
        return {
          ...queue,
          get size() {
            return queue.size;
          },
          enter(waiter: unknown, signal: AbortSignal | undefined) {
            signal?.addEventListener('abort', () => queue.settle(() => ({ fail: signal.reason })));
            return queue.enter(waiter, signal);
          },
        };
      },
    }),
  },
  {
    row: 'P6',
    what: 'a late 401 counts as one of the current generation',
    module: 'core/src/session/decide.ts',
    wrong: (right) => {
      const known = new WeakSet<object>();
      return {
        decide(waiter: any, facts: any, failure: unknown) {
          if (waiter.need.kind === 'replace' && !known.has(waiter)) waiter.gen = facts.state.held?.record.gen;
          known.add(waiter);
          return right.decide(waiter, facts, failure);
        },
      };
    },
  },
  {
    row: 'P7',
    what: 'a replay that was refused is replayed',
    module: 'fetch/src/auth-fetch.ts',
    wrong: (right) => ({
      createAuthFetch(tokens: unknown, options: unknown) {
        const once = right.createAuthFetch(tokens, options);
        return async (input: unknown, init: unknown) => {
          const response = await once(input, init);
          return response.status === 401 ? once(input, init) : response;
        };
      },
    }),
  },
  {
    row: 'P8',
    what: 'there is no back-off',
    module: 'core/src/session/decide.ts',
    wrong: (right) => ({
      decide: (waiter: unknown, facts: object, failure: unknown) => right.decide(waiter, { ...facts, blocked: () => undefined }, failure),
    }),
    where: { faulty: true },
  },
  {
    row: 'P9',
    what: 'there is no limiter',
    module: 'core/src/refresh/arrival.ts',
    wrong: () => ({ createArrivals: () => ({ note: () => undefined, mayReplace: () => true, wait: () => 0 }) }),
  },
  {
    row: 'P10',
    what: 'who waited for one session is answered with another',
    module: 'core/src/session/decide.ts',
    wrong: (right) => ({
      decide(waiter: any, facts: any, failure: unknown) {
        if (waiter.epoch !== undefined) waiter.epoch = facts.state.epoch;
        return right.decide(waiter, facts, failure);
      },
    }),
  },
  {
    row: 'P11',
    what: 'the timer of the deadlines is never taken back',
    module: 'core/src/session/wait-queue.ts',
    wrong: queueWith((options) => ({
      ...options,
      clock: {
        ...options.clock,
        setTimeout: (task, delay) => {
          options.clock.setTimeout(task, delay + 1e9);
          return options.clock.setTimeout(task, delay);
        },
      },
    })),
  },
  {
    row: 'P12',
    what: 'errors are kept as they were thrown',
    module: 'core/src/refresh/safe-cause.ts',
    wrong: () => ({ safeCause: (thrown: unknown) => thrown }),
    where: { faulty: true },
  },
  {
    row: 'P13',
    what: 'every body counts as one that can be sent again',
    module: 'core/src/http/body.ts',
    wrong: () => ({ isReplayable: () => true }),
  },
  {
    row: 'P14',
    what: 'nobody’s time is ever up',
    module: 'core/src/session/wait-queue.ts',
    wrong: queueWith((options) => ({ ...options, timeout: 1e9 })),
    where: { faulty: true },
  },
  {
    row: 'P15',
    what: 'any number may wait',
    module: 'core/src/session/wait-queue.ts',
    wrong: queueWith((options) => ({ ...options, limit: Infinity })),
  },
  {
    row: 'D1',
    what: 'a newer generation in the store is not adopted',
    module: 'core/src/refresh/relation.ts',
    wrong: relation({ newer: 'same' }),
  },
  {
    row: 'D2',
    what: 'a newer generation in the store is not adopted',
    module: 'core/src/refresh/relation.ts',
    wrong: relation({ newer: 'same' }),
  },
  {
    row: 'D3',
    what: 'writes do not compare',
    module: 'core/src/refresh/cell.ts',
    wrong: (right) => ({
      createCell(store: any, clock: Clock) {
        const blind = async (record: unknown) => store.write(record, (await store.read())?.version);
        return right.createCell({ ...store, write: blind }, clock);
      },
    }),
    where: { faulty: true, store: 'shared' },
  },
  {
    row: 'D4',
    what: 'a tombstone does not stop a commit',
    module: 'core/src/refresh/relation.ts',
    wrong: relation({ signedOut: 'older' }),
    where: { store: 'shared' },
  },
  {
    row: 'D5',
    what: 'tokens are shown before they are stored',
    module: 'core/src/refresh/cell.ts',
    wrong: (right) => ({
      createCell(store: any, clock: Clock) {
        const cell = right.createCell(store, clock);
        return {
          ...cell,
          update: async (next: any, known: unknown) => {
            void cell.update(next, known).catch(() => undefined);
            const sight = known ?? (await cell.read());
            return next(sight) === undefined ? { kept: sight } : { written: 'soon' };
          },
        };
      },
    }),
    where: { store: 'shared', lock: 'web' },
  },
  {
    row: 'D6',
    what: 'the new refresh token is forgotten',
    module: 'core/src/session/token-set.ts',
    wrong: (right) => ({
      readTokenSet(value: unknown, startedAt: number, issuedNow: boolean) {
        const { tokens, problem } = right.readTokenSet(value, startedAt, issuedNow);
        const { refreshToken: _, ...rest } = tokens;
        return { tokens: issuedNow ? rest : tokens, problem };
      },
    }),
  },
  {
    row: 'D9',
    what: 'a back-off never ends',
    module: 'core/src/refresh/retry.ts',
    wrong: (right) => ({ ...right, backoffDelay: () => 1e9 }),
    where: { faulty: true },
  },
  {
    row: 'lost',
    what: 'a refused refresh token is not looked up in the store again',
    module: 'core/src/refresh/relation.ts',
    wrong: relation({ newer: 'same' }),
  },
];
