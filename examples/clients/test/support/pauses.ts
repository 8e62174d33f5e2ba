import { jest } from '@jest/globals';

/** Ms. */
const STEP = 10;

/**
 * Runs `task` on timers that a test moves, so that a client's pauses between its retries take no time. For tasks that
 * touch no network. Answers with what the task threw, and for how many ms it would have kept its caller waiting.
 */
export async function failureOf(
  task: () => PromiseLike<unknown>,
): Promise<{ error: unknown; waited: number }> {
  jest.useFakeTimers({
    doNotFake: ['Date', 'performance', 'nextTick', 'queueMicrotask', 'setImmediate'],
  });
  try {
    let outcome: { error: unknown } | undefined;
    Promise.resolve(task()).then(
      () => (outcome = { error: undefined }),
      (error: unknown) => (outcome = { error }),
    );
    for (let waited = 0; waited < 60_000; waited += STEP) {
      await new Promise((resolve) => setImmediate(resolve));
      if (outcome) return { ...outcome, waited };
      await jest.advanceTimersByTimeAsync(STEP);
    }
    throw new Error('The client has not answered within a minute');
  } finally {
    jest.useRealTimers();
  }
}
