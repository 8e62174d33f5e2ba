import { describe, expect, it } from '@jest/globals';
import type { RefreshLock } from 'unexpired';
import { lockContract } from '../src/index.ts';
import {
  broken,
  lockFindings,
  type LockHooks,
  lockRulesBrokenBy,
  memoryLock,
  turn,
} from './support/findings.ts';

describe('the contract of locks', () => {
  it('has nothing against a good one', async () => {
    expect(await lockRulesBrokenBy(memoryLock)).toEqual([]);
  });

  it('notices one that lets everybody in', async () => {
    const open: RefreshLock = { request: async (name, _options, task) => task({ name }) };
    expect(await lockRulesBrokenBy(() => open)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/one in at a time/),
        expect.stringMatching(/keeps others out/),
      ]),
    );
  });

  it.each([
    ['asks again at once, for ever', 10, true],
    ['asks ever more rarely', 300, false],
    ['waits to be told, which it is not', 100_000, true],
  ])('notices whether one that nobody wakes %s', async (_how, pause, notices) => {
    const names = await broken((framework) =>
      lockContract(framework, {
        name: 'x',
        async create() {
          const lock = memoryLock();
          return { open: () => lock };
        },
        async counting() {
          let times = 0;
          const lock: RefreshLock = {
            request: (_name, { signal }) =>
              new Promise((_resolve, reject) => {
                times++;
                const timer = setInterval(() => times++, pause);
                signal?.addEventListener('abort', () => {
                  clearInterval(timer);
                  reject(signal.reason as Error);
                });
              }),
          };
          return { lock, asked: () => times };
        },
      }),
    );
    expect(names).toEqual(notices ? [expect.stringMatching(/never hammers/)] : []);
  });

  it('notices one that rejects with an error of its own when a signal aborts', async () => {
    const names = await lockRulesBrokenBy(() => {
      const lock = memoryLock();
      return {
        request: (name, options, task) =>
          lock.request(name, options, task).catch((error: unknown) => {
            throw options.signal?.aborted ? new Error('aborted', { cause: error }) : error;
          }),
      };
    });
    expect(names).toHaveLength(2);
  });
});

/** What it does, which rule that breaks, and what that says. */
type BrokenLock = [string, RegExp, RegExp, (lock: RefreshLock) => RefreshLock, LockHooks];

describe('a rule of the contract of locks that is broken', () => {
  it('gives back what it holds, so that the other rules find what they would have found', async () => {
    const lock = memoryLock();
    let holders = 0;
    const withLease: RefreshLock = {
      request: (name, options, task) =>
        lock.request(name, options, async () => {
          holders++;
          try {
            return await task({ name, signal: new AbortController().signal });
          } finally {
            holders--;
          }
        }),
    };
    const findings = await lockFindings(memoryLock, {
      create: async () => ({
        open: () => withLease,
        async close() {
          while (holders > 0) await turn(); // as a connection that is closed when nobody uses it any more
        },
      }),
    });
    expect([...findings]).toEqual([
      [
        expect.stringMatching(/gives the task a lease/),
        expect.stringMatching(/^there is a lease: expected false, got true/),
      ],
    ]);
  });

  it('says what it found, and not what went wrong while it cleaned up', async () => {
    const open: RefreshLock = { request: async (name, _options, task) => task({ name }) };
    const findings = await lockFindings(memoryLock, {
      create: async () => ({
        open: () => open,
        close: () => Promise.reject(new Error('could not be closed')),
      }),
    });
    expect(findings.get('keeps others out for as long as the task runs')).toMatch(
      /^granted beside the holder/,
    );
    expect(findings.get('runs the task, and resolves with what it gives')).toBe(
      'could not be closed',
    );
  });
});

describe('a rule of the contract of locks that is broken, about the task', () => {
  it.each<BrokenLock>([
    [
      'runs the task twice',
      /runs the task once/,
      /ran the task of one request twice/,
      (lock) => ({
        request: (name, options, task) =>
          lock.request(name, options, async (held) => {
            await task(held);
            return task(held);
          }),
      }),
      {},
    ],
    [
      'runs the task again when it has resolved',
      /runs the task once/,
      /ran the task of one request twice/,
      (lock) => ({
        async request(name, options, task) {
          const result = await lock.request(name, options, task);
          void turn().then(() => lock.request(name, {}, task));
          return result;
        },
      }),
      {},
    ],
    [
      'rejects when its signal aborts, and runs the task later',
      /is not granted to a waiter that gave up/,
      /ran the task of a request that had been refused/,
      (lock) => ({
        request: (name, { signal }, task) =>
          signal === undefined
            ? lock.request(name, {}, task)
            : new Promise((resolve, reject) => {
                if (signal.aborted) return reject(signal.reason as Error);
                signal.addEventListener('abort', () => reject(signal.reason as Error));
                lock.request(name, {}, task).then(resolve, reject);
              }),
      }),
      {},
    ],
    [
      'rejects as it is down, and runs the task later',
      /says that the backend is down/,
      /ran the task of a request that had been refused/,
      (lock) => lock,
      {
        down: async () => ({
          async request(name, _options, task) {
            void turn().then(() => task({ name }));
            throw new Error('down');
          },
        }),
      },
    ],
    [
      'resolves before the task has ended',
      /resolves only when the task has ended/,
      /settled while its task ran/,
      (lock) => ({
        async request(name, options, task) {
          await new Promise<void>((resolve, reject) => {
            lock
              .request(name, options, (held) => {
                resolve();
                return task(held);
              })
              .catch(reject);
          });
          return undefined as never;
        },
      }),
      {},
    ],
  ])('notices a lock that %s, and says so', async (_what, rule, message, change, hooks) => {
    const findings = await lockFindings(() => change(memoryLock()), hooks);
    expect([...findings.values()]).not.toContain('THE RULE HANGS');
    expect([...findings]).toContainEqual([
      expect.stringMatching(rule),
      expect.stringMatching(message),
    ]);
  });
});

describe('a rule of the contract of locks that is broken, about who waits and who is told', () => {
  it.each<BrokenLock>([
    [
      'hangs when it is to be released',
      /keeps others out for as long as the task runs/,
      /^not within 300 ms: .* for "one" to settle, whose task has ended/,
      (lock) => ({
        request: (name, options, task) =>
          lock
            .request(name, options, task)
            .then((result) => (name === 'one' ? new Promise(() => undefined) : result)),
      }),
      {},
    ],
    [
      'stays taken when the task rejects',
      /comes free when the task rejects/,
      /^not within 300 ms: .* for "one" to be granted/,
      (lock) => ({
        request: (name, options, task) =>
          new Promise((resolve, reject) => {
            lock
              .request(name, options, (held) =>
                task(held).then(resolve, (error: Error) => {
                  reject(error);
                  return new Promise<never>(() => undefined);
                }),
              )
              .catch(reject);
          }),
      }),
      {},
    ],
    [
      'does not care for signals',
      /while it waits, without waiting for the holder/,
      /^not within 300 ms: .* for "one" to be refused, whose signal has aborted/,
      (lock) => ({ request: (name, _options, task) => lock.request(name, {}, task) }),
      {},
    ],
    [
      'has leases, and tells nobody when one is lost',
      /tells the holder when its lease is lost/,
      /^held.signal: expected true, got false/,
      (lock) => lock,
      { loseLease: async () => undefined },
    ],
    [
      'has leases, and never aborts their signal',
      /tells the holder when its lease is lost/,
      /^not within 300 ms: held.signal to abort/,
      (lock) => ({
        request: (name, options, task) =>
          lock.request(name, options, () => task({ name, signal: new AbortController().signal })),
      }),
      { loseLease: async () => undefined },
    ],
  ])('notices a lock that %s, and says so', async (_what, rule, message, change, hooks) => {
    const findings = await lockFindings(() => change(memoryLock()), hooks);
    expect([...findings.values()]).not.toContain('THE RULE HANGS');
    expect([...findings]).toContainEqual([
      expect.stringMatching(rule),
      expect.stringMatching(message),
    ]);
  });

  it.each<[string, (held: number) => unknown, boolean, RegExp | undefined]>([
    ['the same identity each time', () => 'kernel', false, undefined],
    ['none', () => undefined, false, undefined],
    ['an empty one', () => '', false, /held.freedOnDeath: expected a string that is not empty/],
    ['something that is no text', () => 7, false, /held.freedOnDeath: expected a string/],
    ['another one each time', (held) => `holder ${held}`, false, /the same for each holder/],
    ['one, and has leases', () => 'a host', true, /a lease outlives its holder/],
  ])(
    'knows what %s of a lock that frees itself is worth',
    async (_what, identity, leases, says) => {
      let count = 0;
      const findings = await lockFindings(
        () => {
          const lock = memoryLock();
          return {
            request: (name, options, task) =>
              lock.request(name, options, () =>
                task({
                  name,
                  ...(leases && { signal: new AbortController().signal }),
                  ...({ freedOnDeath: identity(++count) } as object),
                }),
              ),
          };
        },
        leases ? { loseLease: async () => undefined } : {},
      );
      expect(
        findings.get(
          'vouches for its holder only with an identity that all holders share, if at all',
        ),
      ).toEqual(says === undefined ? undefined : expect.stringMatching(says));
    },
  );
});
