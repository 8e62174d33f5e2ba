import { equal } from '../adapter-contract/check.ts';
import { hold, pass, turn } from './holding.ts';
import type { LockRule } from './types.ts';

/** A task redeems a refresh token: to run it twice, or when nobody waits for it any more, spends one that is in use. */
export function taskRules(rule: LockRule): void {
  rule('runs the task once for each request, and not again later', async (place) => {
    let runs = 0;
    await place.open().request('one', {}, async () => void runs++);
    await pass(place.open(), 'one');
    for (let count = 0; count < 5; count++) await turn(); // for a task that comes late
    equal(runs, 1, 'how often the task ran');
  });

  rule('resolves only when the task has ended', async (place) => {
    const request = hold(place.open(), 'one');
    await request.granted;
    let settled = false;
    const note = (): void => void (settled = true);
    request.ended.then(note, note);
    for (let count = 0; count < 5; count++) await pass(place.open(), 'another');
    equal(settled, false, 'settled while its task ran');
    await request.release();
  });
}
