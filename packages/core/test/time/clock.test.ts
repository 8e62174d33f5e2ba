import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/adapter.ts';

const DAY = 86_400_000;

describe('the system clock', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it.each([1, 1000, 24 * DAY, 2 ** 31 - 1, 2 ** 31, 40 * DAY, 400 * DAY])(
    'runs a task after %d ms, once, and not before',
    (delay) => {
      const task = jest.fn();
      systemClock.setTimeout(task, delay);
      jest.advanceTimersByTime(delay - 1);
      expect(task).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      expect(task).toHaveBeenCalledTimes(1);
      jest.advanceTimersByTime(500 * DAY);
      expect(task).toHaveBeenCalledTimes(1);
      expect(jest.getTimerCount()).toBe(0);
    },
  );

  it.each([0, -5])('runs a task that is due (%d ms) in the next turn', (delay) => {
    const task = jest.fn();
    systemClock.setTimeout(task, delay);
    expect(task).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('never runs a task that was cancelled, also in the second round of a long delay', () => {
    const task = jest.fn();
    const cancel = systemClock.setTimeout(task, 60 * DAY);
    jest.advanceTimersByTime(50 * DAY);
    cancel();
    expect(jest.getTimerCount()).toBe(0);
    jest.advanceTimersByTime(60 * DAY);
    expect(task).not.toHaveBeenCalled();
    cancel();
  });

  it('never runs a task whose delay never ends', () => {
    const task = jest.fn();
    const cancel = systemClock.setTimeout(task, Infinity);
    jest.advanceTimersByTime(200 * DAY);
    expect(task).not.toHaveBeenCalled();
    cancel();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is the machine’s', () => {
    jest.setSystemTime(1234);
    expect(systemClock.now()).toBe(1234);
  });
});

describe('a timer of the system clock', () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

  it('keeps the process alive, unless it runs in the background', () => {
    const before = timers();
    const foreground = systemClock.setTimeout(() => undefined, 40 * DAY);
    expect(timers()).toBe(before + 1);
    const background = systemClock.setTimeout(() => undefined, 40 * DAY, true);
    expect(timers()).toBe(before + 1);
    foreground();
    background();
    expect(timers()).toBe(before);
  });

  it('works where timers are numbers, as in browsers', () => {
    const original = globalThis.setTimeout;
    const task = jest.fn();
    const armed: (() => void)[] = [];
    globalThis.setTimeout = ((run: () => void) => armed.push(run)) as unknown as typeof setTimeout;
    try {
      systemClock.setTimeout(task, 5, true);
    } finally {
      globalThis.setTimeout = original;
    }
    armed[0]?.();
    expect(task).toHaveBeenCalledTimes(1);
  });

  it('counts on a monotonic clock that moves', () => {
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });
});
