import { equal } from '../adapter-contract/check.ts';
import { hold, refusal } from './holding.ts';
import type { LockRule, LockUnderTest } from './types.ts';
import { watchedLock } from './watched-lock.ts';

/** Ms of waiting, and how often a request may ask in that time: with pauses that double from a few ms to a tenth of a second it is less. */
const WINDOW = 1000;
const MOST = 16;

/** Those who wait for one lock are many, and must not keep its backend from its work. */
export function waitingRules(
  rule: LockRule,
  counting: NonNullable<LockUnderTest['counting']>,
): void {
  rule(
    `never hammers: a request that nobody wakes looks by itself, and no more than ${MOST} times in its first second`,
    async (place, run) => {
      const first = hold(place.open(), 'one');
      await first.granted;
      const { lock: alone, asked } = await run.wait('counting()', counting(place));
      const lock = watchedLock(alone, run);
      const before = asked();
      const controller = new AbortController();
      const reason = new Error('given up');
      const second = hold(lock, 'one', controller.signal);
      setTimeout(() => controller.abort(reason), WINDOW);
      equal((await refusal(second)) === reason, true, 'the reason');
      const times = asked() - before;
      equal(
        { times, fine: times > 1 && times <= MOST },
        { times, fine: true },
        'how often it asked',
      );
      await first.release();
    },
  );
}
