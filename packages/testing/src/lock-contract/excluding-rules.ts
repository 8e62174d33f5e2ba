import { equal } from '../adapter-contract/check.ts';
import { hold, pass } from './holding.ts';
import type { LockRule } from './types.ts';

/** At most one holder, and everybody's turn comes. */
export function excludingRules(rule: LockRule): void {
  rule('runs the task, and resolves with what it gives', async (place) => {
    equal(await place.open().request('one', {}, async () => 42), 42, 'the result');
  });

  rule('lets one in at a time, and everybody in the end', async (place) => {
    let inside = 0;
    let most = 0;
    let done = 0;
    await Promise.all(
      Array.from({ length: 12 }, () => {
        const lock = place.open();
        return lock.request('one', {}, async () => {
          most = Math.max(most, ++inside);
          await pass(lock, 'another'); // as long as the backend takes
          inside--;
          done++;
        });
      }),
    );
    equal([most, done], [1, 12], 'at once, and in all');
  });

  rule('keeps others out for as long as the task runs', async (place) => {
    const first = hold(place.open(), 'one');
    await first.granted;
    const second = hold(place.open(), 'one');
    for (let count = 0; count < 10; count++) await pass(place.open(), 'another');
    equal(second.isGranted(), false, 'granted beside the holder');
    await first.release();
    await second.granted;
    await second.release();
  });

  rule('keeps locks of different names apart', async (place) => {
    const [one, another] = [hold(place.open(), 'one'), hold(place.open(), 'One: ünï/../*?')];
    await Promise.all([one.granted, another.granted]);
    await Promise.all([one.release(), another.release()]);
  });

  rule('is not reentrant: the holder’s own second request waits like any other', async (place) => {
    const lock = place.open();
    const first = hold(lock, 'one');
    await first.granted;
    const second = hold(lock, 'one');
    for (let count = 0; count < 5; count++) await pass(lock, 'another');
    equal(second.isGranted(), false, 'granted to the holder');
    await first.release();
    await second.granted;
    await second.release();
  });
}
