import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import { type Locked, underLock } from '../../src/refresh/under-lock.ts';
import type { HeldLock, RefreshLock } from '../../src/session/lock.ts';
import { createPause } from '../../src/time/pause.ts';
import { settle, testClock } from '../support/clock.ts';

type Task = (held?: HeldLock | null) => Promise<unknown>;
type Request = (task: Task, signal: AbortSignal) => Promise<unknown>;

/** One wait for a lock that behaves as `request` says. `finish` ends the task. */
function waitFor(request: Request) {
  const clock = testClock();
  const pause = createPause(clock);
  const ends: (Locked<string> | { readonly thrown: unknown })[] = [];
  const waits: number[] = [];
  const runs: HeldLock[] = [];
  let finish = (): void => undefined;
  const done = new Promise<string>((resolve) => (finish = () => resolve('done')));
  const lock: RefreshLock = {
    request: ((_name: string, options: { signal: AbortSignal }, task: Task) =>
      request(task, options.signal)) as RefreshLock['request'],
  };
  underLock(
    { lock, name: 'cell', clock, pause, waited: (ms) => waits.push(ms) },
    (held: HeldLock) => {
      runs.push(held);
      return done;
    },
  ).then(
    (end) => ends.push(end),
    (thrown: unknown) => ends.push({ thrown }),
  );
  return { clock, pause, ends, waits, runs, finish: () => finish() };
}

const never = () => new Promise<never>(() => undefined);
const failed = (message: string) => [
  { failed: expect.objectContaining({ code: 'ERR_REFRESH_UNAVAILABLE', message }) },
];

describe('a lock', () => {
  it('that is granted runs the task with what it tells of itself, and ends with the task', async () => {
    const stage = waitFor((task) => task({ name: 'cell', freedOnDeath: 'x' }));
    await settle();
    expect([stage.runs, stage.ends]).toEqual([[{ name: 'cell', freedOnDeath: 'x' }], []]);
    stage.finish();
    await settle();
    expect([stage.ends, stage.waits, stage.clock.pending]).toEqual([[{ done: 'done' }], [0], 0]);
  });

  it.each([[null], [undefined]])('that tells %s of itself is fine', async (held) => {
    const stage = waitFor((task) => task(held));
    stage.finish();
    await settle();
    expect([stage.runs, stage.ends]).toEqual([[{}], [{ done: 'done' }]]);
  });

  it('is waited for as long as it takes, up to 35 s, and the wait is told', async () => {
    const stage = waitFor(
      (task, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await stage.clock.advance(34_999);
    expect(stage.ends).toEqual([]);
    await stage.clock.advance(1);
    expect(stage.ends).toEqual(failed('The lock "cell" was not free within 35000 ms'));
    expect([stage.waits, stage.runs, stage.clock.pending]).toEqual([[35_000], [], 0]);
  });

  it('that does not listen to its signal is left all the same, and a late grant runs nothing', async () => {
    let grant = (): Promise<unknown> => Promise.resolve();
    const stage = waitFor((task) => {
      grant = () => task();
      return never();
    });
    await stage.clock.advance(35_000);
    expect(stage.ends).toEqual(failed('The lock "cell" was not free within 35000 ms'));
    await grant();
    expect(stage.runs).toEqual([]);
  });

  it('is not waited for any more after an interrupt', async () => {
    const stage = waitFor(never);
    await stage.clock.advance(1000);
    stage.pause.interrupt();
    await settle();
    expect([stage.ends, stage.waits, stage.clock.pending]).toEqual([['interrupted'], [1000], 0]);
  });

  it('is not interrupted once the task runs, and its signal stays quiet', async () => {
    let given: AbortSignal | undefined;
    const stage = waitFor((task, signal) => {
      given = signal;
      return task();
    });
    await settle();
    stage.pause.interrupt();
    await stage.clock.advance(60_000);
    expect([stage.ends, given?.aborted]).toEqual([[], false]);
    stage.finish();
    await settle();
    expect(stage.ends).toEqual([{ done: 'done' }]);
  });
});

describe('a lock that misbehaves', () => {
  it('runs the task twice: once, and the second call gets the first one’s promise', async () => {
    let second: Promise<unknown> | undefined;
    let over = false;
    const stage = waitFor((task) => {
      const first = task();
      second = task().then(() => (over = true));
      return Promise.all([first, second]);
    });
    await settle();
    expect([stage.runs.length, over]).toEqual([1, false]);
    stage.finish();
    await settle();
    expect([stage.runs.length, over, stage.ends]).toEqual([1, true, [{ done: 'done' }]]);
  });

  it('rejects, and runs the task later: nothing is run', async () => {
    let later = (): Promise<unknown> => Promise.resolve();
    const stage = waitFor((task) => {
      later = () => task();
      return Promise.reject(new Error('connect ECONNREFUSED'));
    });
    await settle();
    expect(stage.ends).toEqual(failed('The lock failed'));
    await later();
    expect(stage.runs).toEqual([]);
  });

  it('resolves without running the task, and runs it later: an error that says so, and nothing is run', async () => {
    let later = (): Promise<unknown> => Promise.resolve();
    const stage = waitFor(async (task) => {
      later = () => task();
    });
    await settle();
    expect(stage.ends).toEqual(failed('The lock "cell" did not run its task'));
    await later();
    expect([stage.runs, stage.clock.pending]).toEqual([[], 0]);
  });

  it('rejects while the task runs: the task is waited for to its end', async () => {
    const stage = waitFor((task) => {
      void task();
      return Promise.reject(new Error('the lease ran out'));
    });
    await settle();
    expect(stage.ends).toEqual([]);
    stage.finish();
    await settle();
    expect(stage.ends).toEqual([{ done: 'done' }]);
  });

  it('does not release: it is left 10 s after the task has ended', async () => {
    const stage = waitFor((task) => task().then(never));
    await stage.clock.advance(60_000);
    stage.finish();
    await stage.clock.advance(9999);
    expect(stage.ends).toEqual([]);
    await stage.clock.advance(1);
    expect([stage.ends, stage.clock.pending]).toEqual([[{ done: 'done' }], 0]);
  });

  it('throws at once: an error, with its own as the cause', async () => {
    const stage = waitFor(() => {
      throw new Error('no such lock');
    });
    await settle();
    expect(stage.ends).toEqual([
      {
        failed: expect.objectContaining({
          message: 'The lock failed',
          cause: expect.objectContaining({ message: 'no such lock' }),
        }),
      },
    ]);
    expect(stage.clock.pending).toBe(0);
  });

  it.each([[undefined], [null], [0]])('rejects with %s: an error just so', async (reason) => {
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- as a lock of somebody else may
    const stage = waitFor(() => Promise.reject(reason));
    await settle();
    expect(stage.ends).toEqual(failed('The lock failed'));
  });

  it('rejects with an error that cannot be read: an error just so', async () => {
    const hostile = new Proxy(new Error('x'), {
      get() {
        throw new Error('a getter that throws');
      },
    });
    const stage = waitFor(() => Promise.reject(hostile));
    await settle();
    expect(stage.ends).toEqual(failed('The lock failed'));
  });

  it('knows what is wrong: it says so itself, also with an error of another copy of the package', async () => {
    const own = new TokenError('ERR_STORE_RECORD', { message: 'Not a file' });
    const copy = Object.assign(new Error('Not a file'), {
      name: 'TokenError',
      code: 'ERR_STORE_RECORD',
    });
    for (const error of [own, copy]) {
      const stage = waitFor(() => Promise.reject(error));
      await settle();
      expect(stage.ends).toEqual([{ failed: error }]);
    }
  });
});
