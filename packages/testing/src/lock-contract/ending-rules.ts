import { equal, rejection } from '../adapter-contract/check.ts';
import { hold, pass, refusal, turn } from './holding.ts';
import type { LockRule, LockUnderTest } from './types.ts';
import { watchedLock } from './watched-lock.ts';

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
    rule(
      'tells the holder when its lease is lost, and lets the next one in',
      async (place, run) => {
        const request = hold(place.open(), 'one');
        const signal = (await request.granted)?.signal;
        equal(signal !== undefined, true, 'held.signal');
        const told = new Promise<void>((resolve) =>
          signal?.addEventListener('abort', () => resolve(), { once: true }),
        );
        await run.wait('loseLease()', loseLease(place, 'one'));
        await run.wait('held.signal to abort', told);
        await pass(place.open(), 'one');
        await request.release().catch(() => undefined); // whether a late release is an error is the lock's business
      },
    );

  rule(
    'vouches for its holder only with an identity that all holders share, if at all',
    async (place) => {
      const identities: unknown[] = [];
      for (let count = 0; count < 3; count++) {
        const request = hold(place.open(), 'one');
        identities.push((await request.granted)?.freedOnDeath);
        await request.release();
      }
      if (identities.every((identity) => identity === undefined)) return;
      if (loseLease !== undefined)
        throw new Error('held.freedOnDeath: a lease outlives its holder, so it must not be given');
      for (const identity of identities)
        if (typeof identity !== 'string' || identity === '')
          throw new Error(
            `held.freedOnDeath: expected a string that is not empty, got ${JSON.stringify(identity)}`,
          );
      equal(new Set(identities).size, 1, 'held.freedOnDeath: the same for each holder');
    },
  );

  if (holdElsewhere !== undefined) {
    rule('keeps out those of other processes', async (place, run) => {
      const other = await run.wait('holdElsewhere()', holdElsewhere(place, 'one'));
      let killing: Promise<void> | undefined;
      const kill = (): Promise<void> => (killing ??= other()); // once: the rule does it, or its end
      run.onEnd(kill);
      const request = hold(place.open(), 'one');
      for (let count = 0; count < 10; count++) await pass(place.open(), 'another');
      equal(request.isGranted(), false, 'granted beside the other process');
      await run.wait('the other process to die', kill());
      await request.granted;
      await request.release();
    });

    rule('comes free when the process that held it is killed', async (place, run) => {
      const kill = await run.wait('holdElsewhere()', holdElsewhere(place, 'one'));
      await run.wait('the other process to die', kill());
      await pass(place.open(), 'one');
    });
  }

  if (down !== undefined)
    rule(
      'says that the backend is down, rather than wait as for a holder, and runs nothing',
      async (_place, run) => {
        const lock = watchedLock(await run.wait('down()', down()), run);
        const request = hold(lock, 'one');
        const error = await refusal(request);
        for (let count = 0; count < 5; count++) await turn(); // for a task that comes late
        equal(
          [error instanceof Error, request.isGranted()],
          [true, false],
          'an error, and no task',
        );
      },
    );
}
