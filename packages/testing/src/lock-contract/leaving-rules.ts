import { equal } from '../adapter-contract/check.ts';
import { hold, pass, refusal } from './holding.ts';
import type { LockRule } from './types.ts';

/** A request that waits can be given up. */
export function leavingRules(rule: LockRule): void {
  rule(
    'rejects with the reason of a signal that has aborted already, and never runs the task',
    async (place) => {
      const reason = new Error('given up');
      const request = hold(place.open(), 'one', AbortSignal.abort(reason));
      equal((await refusal(request)) === reason, true, 'the reason');
      await pass(place.open(), 'one');
      equal(request.isGranted(), false, 'ran');
    },
  );

  rule(
    'rejects with the signal’s reason while it waits, without waiting for the holder',
    async (place) => {
      const first = hold(place.open(), 'one');
      await first.granted;
      const reason = { any: 'value' };
      const controller = new AbortController();
      const second = hold(place.open(), 'one', controller.signal);
      await pass(place.open(), 'another');
      controller.abort(reason);
      equal((await refusal(second)) === reason, true, 'the reason');
      await first.release();
    },
  );

  rule('is not granted to a waiter that gave up, and goes to the next one', async (place) => {
    const first = hold(place.open(), 'one');
    await first.granted;
    const controller = new AbortController();
    const gone = hold(place.open(), 'one', controller.signal);
    const next = hold(place.open(), 'one');
    await pass(place.open(), 'another');
    controller.abort(new Error('given up'));
    await refusal(gone);
    await first.release();
    await next.granted;
    await next.release();
    await pass(place.open(), 'one');
    equal(gone.isGranted(), false, 'granted to a waiter that gave up');
  });

  rule('leaves the holder alone when its signal aborts after the grant', async (place) => {
    const controller = new AbortController();
    const first = hold(place.open(), 'one', controller.signal);
    await first.granted;
    const second = hold(place.open(), 'one');
    controller.abort(new Error('too late'));
    for (let count = 0; count < 5; count++) await pass(place.open(), 'another');
    equal(second.isGranted(), false, 'granted beside the holder');
    await first.release();
    await second.granted;
    await second.release();
  });
}
