import { equal, rejection } from '../adapter-contract/check.ts';
import { hold, pass, refusal } from './holding.ts';
import type { LockRule, LockUnderTest } from './types.ts';

/** However a holder ends, the lock comes free. */
export function endingRules(
  rule: LockRule,
  { holdElsewhere, down, loseLease }: LockUnderTest,
): void {
  rule('comes free when the task rejects, and rejects with the same', async (place) => {
    const reason = new Error('the task failed');
    const failed = place.open().request('one', {}, () => Promise.reject(reason));
    equal((await rejection(failed)) === reason, true, 'the reason');
    await pass(place.open(), 'one');
  });

  rule('comes free when the task throws at once', async (place) => {
    const reason = new Error('the task threw');
    const failed = place.open().request('one', {}, () => {
      throw reason;
    });
    equal((await rejection(failed)) === reason, true, 'the reason');
    await pass(place.open(), 'one');
  });

  rule('gives the task a lease that has not run out, where there are leases', async (place) => {
    const request = hold(place.open(), 'one');
    const held = await request.granted;
    equal(held?.signal?.aborted ?? false, false, 'run out');
    equal(held?.signal !== undefined, loseLease !== undefined, 'there is a lease');
    await request.release();
  });

  if (loseLease !== undefined)
    rule('tells the holder when its lease is lost, and lets the next one in', async (place) => {
      const request = hold(place.open(), 'one');
      const signal = (await request.granted)?.signal;
      const told = new Promise<void>((resolve) =>
        signal?.addEventListener('abort', () => resolve(), { once: true }),
      );
      await loseLease(place, 'one');
      await told;
      await pass(place.open(), 'one');
      await request.release().catch(() => undefined); // whether a late release is an error is the lock's business
    });

  if (holdElsewhere !== undefined) {
    rule('keeps out those of other processes', async (place) => {
      const kill = await holdElsewhere(place, 'one');
      const request = hold(place.open(), 'one');
      for (let count = 0; count < 10; count++) await pass(place.open(), 'another');
      equal(request.isGranted(), false, 'granted beside the other process');
      await kill();
      await request.granted;
      await request.release();
    });

    rule('comes free when the process that held it is killed', async (place) => {
      const kill = await holdElsewhere(place, 'one');
      await kill();
      await pass(place.open(), 'one');
    });
  }

  if (down !== undefined)
    rule(
      'says that the backend is down, rather than wait as for a holder, and runs nothing',
      async () => {
        const request = hold(await down(), 'one');
        const error = await refusal(request);
        equal(
          [error instanceof Error, request.isGranted()],
          [true, false],
          'an error, and no task',
        );
      },
    );
}
