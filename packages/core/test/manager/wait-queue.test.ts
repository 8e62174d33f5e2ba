import { describe, expect, it } from '@jest/globals';
import { createWaitQueue, type Settlement } from '../../src/manager/wait-queue.ts';
import { testClock } from '../support/clock.ts';
import { countingSignal } from '../support/counting-signal.ts';

const queueOf = (
  options: { timeout?: number; limit?: number; late?: (waiter: number) => Settlement<string> } = {},
) => {
  const clock = testClock();
  const queue = createWaitQueue<number, string>({
    clock,
    timeout: options.timeout ?? 1000,
    limit: options.limit ?? 100,
    late: options.late ?? ((waiter) => ({ fail: `late ${waiter}` })),
  });
  /** How each wait ended, in the order in which they ended. */
  const ends: string[] = [];
  const enter = (waiter: number, signal?: AbortSignal) => {
    const wait = queue.enter(waiter, signal);
    void wait.then(
      (value) => ends.push(`${waiter} got ${value}`),
      (reason) => ends.push(`${waiter} failed: ${String((reason as Error)?.message ?? reason)}`),
    );
    return wait;
  };
  return { clock, queue, enter, ends };
};

describe('a waiter', () => {
  it('is settled in the order of arrival, each once', async () => {
    const { clock, queue, enter, ends } = queueOf();
    for (const waiter of [3, 1, 2]) void enter(waiter).catch(() => undefined);
    const asked: number[] = [];
    queue.settle((waiter) => {
      asked.push(waiter);
      return waiter === 1 ? undefined : { give: 'a' };
    });
    queue.settle((waiter) => {
      asked.push(waiter);
      return { fail: 'b' };
    });
    await clock.advance(5000);
    expect(asked).toEqual([3, 1, 2, 1]);
    expect(ends).toEqual(['3 got a', '2 got a', '1 failed: b']);
    expect(queue.size()).toBe(0);
  });

  it('is not settled twice when settling makes somebody leave, or settle again', async () => {
    const { clock, queue, enter, ends } = queueOf();
    const leaver = new AbortController();
    void enter(1).catch(() => undefined);
    void enter(2, leaver.signal).catch(() => undefined);
    void enter(3).catch(() => undefined);
    const asked: number[] = [];
    queue.settle((waiter) => {
      asked.push(waiter);
      leaver.abort('left');
      queue.settle((other) => (other === 3 ? { give: 'inner' } : undefined));
      return { give: 'outer' };
    });
    await clock.advance(0);
    expect(ends.sort()).toEqual(['1 got outer', '2 failed: left', '3 got inner']);
    expect([asked, queue.answered(), queue.size()]).toEqual([[1], 2, 0]);
  });

  it('that comes while others are settled is not asked with them', async () => {
    const { clock, queue, enter, ends } = queueOf();
    void enter(1).catch(() => undefined);
    const asked: number[] = [];
    queue.settle((waiter) => {
      asked.push(waiter);
      if (asked.length < 3) void enter(waiter + 1).catch(() => undefined);
      return { give: 'a' };
    });
    await clock.advance(0);
    expect([asked, ends, queue.size()]).toEqual([[1], ['1 got a'], 1]);
  });

  it('who has left is not asked when the time of all is up', async () => {
    const late: number[] = [];
    const { clock, enter } = queueOf({
      late: (waiter) => {
        late.push(waiter);
        return { give: 'late' };
      },
    });
    const leaver = new AbortController();
    for (const waiter of [1, 2, 3])
      void enter(waiter, waiter === 1 ? leaver.signal : undefined).catch(() => undefined);
    leaver.abort();
    await clock.advance(1000);
    expect(late).toEqual([2, 3]);
  });

  it('leaves one place free when the decision upon it makes it leave', async () => {
    const { clock, queue, enter, ends } = queueOf({ limit: 1 });
    const leaver = new AbortController();
    void enter(1, leaver.signal).catch(() => undefined);
    queue.settle(() => {
      leaver.abort('left');
      return { give: 'too late' };
    });
    expect(queue.size()).toBe(0);
    for (const waiter of [2, 3]) void enter(waiter).catch(() => undefined);
    await clock.advance(0);
    expect(ends).toEqual(['1 failed: left', '3 failed: 1 requests wait for the session already']);
  });

  it('gets a value that is undefined', async () => {
    const { queue, enter } = queueOf();
    const wait = enter(1) as Promise<string | undefined>;
    queue.settle(() => ({ give: undefined as unknown as string }));
    expect(await wait).toBeUndefined();
  });
});

describe('a deadline', () => {
  it('ends each wait as long after its beginning, with one timer for all', async () => {
    const { clock, queue, enter, ends } = queueOf();
    for (const waiter of [1, 2, 3]) {
      void enter(waiter).catch(() => undefined);
      await clock.advance(100);
    }
    expect(clock.pending).toBe(1);
    await clock.advance(699);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual(['1 failed: late 1']);
    await clock.advance(100);
    expect(ends).toHaveLength(2);
    expect(clock.pending).toBe(1);
    await clock.advance(100);
    expect(ends).toHaveLength(3);
    expect(clock.pending).toBe(0);
    expect(queue.size()).toBe(0);
  });

  it('does not come early for those behind somebody who left', async () => {
    const { clock, enter, queue, ends } = queueOf();
    const leaver = new AbortController();
    void enter(1, leaver.signal).catch(() => undefined);
    await clock.advance(900);
    void enter(2).catch(() => undefined);
    leaver.abort('left');
    await clock.advance(999);
    expect(ends).toEqual(['1 failed: left']);
    expect(queue.size()).toBe(1);
    await clock.advance(1);
    expect(ends).toEqual(['1 failed: left', '2 failed: late 2']);
  });

  it('may have a better answer', async () => {
    const { clock, enter } = queueOf({ late: (waiter) => ({ give: `old ${waiter}` }) });
    const wait = enter(1);
    await clock.advance(1000);
    expect(await wait).toBe('old 1');
  });

  it('counts on the monotonic clock', async () => {
    const { clock, enter, ends } = queueOf();
    void enter(1).catch(() => undefined);
    clock.jump(86_400_000);
    await clock.advance(999);
    clock.jump(-2 * 86_400_000);
    expect(ends).toEqual([]);
    await clock.advance(1);
    expect(ends).toEqual(['1 failed: late 1']);
  });

  it('leaves no timer when everybody has gone', async () => {
    const { clock, queue, enter } = queueOf();
    void enter(1);
    queue.settle(() => ({ give: 'a' }));
    expect(clock.pending).toBe(0);
    void enter(2);
    expect(clock.pending).toBe(1);
    queue.settle(() => ({ give: 'a' }));
    expect(clock.pending).toBe(0);
  });
});

describe('an abort', () => {
  it('ends that wait at once, with its own reason, and no other', async () => {
    const { clock, enter, ends, queue } = queueOf();
    const controller = new AbortController();
    void enter(1, controller.signal).catch(() => undefined);
    void enter(2, new AbortController().signal).catch(() => undefined);
    controller.abort(new Error('the user left'));
    await clock.advance(0);
    expect(ends).toEqual(['1 failed: the user left']);
    expect(queue.size()).toBe(1);
  });

  it('ends all waits with that signal, in the order of arrival, and those with others go on', async () => {
    const { clock, enter, ends, queue } = queueOf();
    const controller = new AbortController();
    for (const waiter of [1, 2, 3]) void enter(waiter, controller.signal).catch(() => undefined);
    void enter(4, new AbortController().signal).catch(() => undefined);
    queue.settle((waiter) => (waiter === 2 ? { give: 'a' } : undefined));
    controller.abort('left');
    await clock.advance(0);
    expect(ends).toEqual(['2 got a', '1 failed: left', '3 failed: left']);
    expect(queue.size()).toBe(1);
  });

  it('is listened to while somebody waits with that signal, by one listener, and again when it is used again', async () => {
    const { clock, queue, enter, ends } = queueOf();
    const long = countingSignal();
    for (const waiter of [1, 2]) void enter(waiter, long.signal);
    expect(long.listeners).toBe(1);
    queue.settle((waiter) => (waiter === 1 ? { give: 'a' } : undefined));
    expect(long.listeners).toBe(1);
    queue.settle(() => ({ give: 'a' }));
    expect(long.listeners).toBe(0);
    void enter(3, long.signal).catch(() => undefined);
    expect(long.listeners).toBe(1);
    long.abort('left');
    await clock.advance(0);
    expect(ends).toEqual(['1 got a', '2 got a', '3 failed: left']);
    expect(long.listeners).toBe(0);
  });

  it('before the wait begins ends it, and nothing is left', async () => {
    const { clock, queue, enter } = queueOf();
    const signal = AbortSignal.abort('before');
    await expect(enter(1, signal)).rejects.toBe('before');
    expect(queue.size()).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('after the wait has ended changes nothing', async () => {
    const { clock, queue, enter, ends } = queueOf();
    const controller = new AbortController();
    void enter(1, controller.signal);
    queue.settle(() => ({ give: 'a' }));
    controller.abort('late');
    await clock.advance(2000);
    expect(ends).toEqual(['1 got a']);
  });
});

it('a full queue turns the newcomer away, and nobody else', async () => {
  const { queue, enter, ends, clock } = queueOf({ limit: 2 });
  void enter(1);
  void enter(2);
  await expect(enter(3)).rejects.toMatchObject({
    code: 'ERR_WAIT_LIMIT',
    action: 'retry',
    message: '2 requests wait for the session already',
  });
  expect(queue.size()).toBe(2);
  queue.settle((waiter) => (waiter === 1 ? { give: 'a' } : undefined));
  void enter(4);
  queue.settle(() => ({ give: 'b' }));
  await clock.advance(0);
  expect(ends.filter((end) => end.includes('got'))).toEqual(['1 got a', '2 got b', '4 got b']);
});

it('100,000 waits with one long-lived signal, 10,000 at a time, take one listener and leave none', async () => {
  const { clock, queue, enter } = queueOf({ limit: 200_000 });

  const long = countingSignal();
  for (let round = 0; round < 10; round++) {
    const waits = Array.from({ length: 10_000 }, (_, index) =>
      enter(index, long.signal).catch(() => undefined),
    );
    expect(long.listeners).toBe(1);
    if (round % 3 === 0) queue.settle(() => ({ give: 'a' }));
    else if (round % 3 === 1) queue.settle(() => ({ fail: 'b' }));
    else await clock.advance(1000);
    await Promise.all(waits);
    expect(long.listeners).toBe(0);
  }
});
