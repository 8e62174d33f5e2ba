// What a manager does outside of a flight: it notices what the store shows, and pays what it owes.
import type { Step } from '../explore.ts';
import { type At, adopted, does, noticedGone, SIGNED_OUT, writtenBack } from './at.ts';
import type { State } from './state.ts';

export function idleSteps(now: At): Step<State>[] {
  const { sight, manager, state } = now;
  const { record } = state;
  if (manager.session === 'in') {
    if (sight === 'gone') return [does(now, 'sees nothing', noticedGone(now))];
    if (sight === 'signedOut') return [does(now, 'sees the sign-out', SIGNED_OUT)];
    if (sight === 'older' && mayPay(now)) return [paid(now)];
    if (!manager.stored && record && (sight === 'same' || sight === 'newer'))
      return [does(now, 'sees that it is stored', adopted(record))];
  }
  if (manager.session === 'away' && record !== undefined) {
    const back = { session: 'in' } as const;
    if (sight === 'signedOut') return [does(now, 'sees the sign-out', SIGNED_OUT)];
    if (sight === 'older')
      return [does(now, 'writes back', { ...back, stored: true }, { record: writtenBack(now) })];
    if (sight !== 'down') return [does(now, 'sees it come back', { ...back, ...adopted(record) })];
  }
  return [];
}

/** To pay needs no lock: a manager that waits for one pays as well. */
export function queuedSteps(now: At): Step<State>[] {
  const { sight, manager, setup } = now;
  return setup.rules.queuedWritesBack &&
    manager.session === 'in' &&
    sight === 'older' &&
    mayPay(now)
    ? [paid(now)]
    : [];
}

function mayPay({ manager, setup }: At): boolean {
  const { idleWritesBack, whoOwes } = setup.rules;
  return idleWritesBack || (!manager.stored && whoOwes !== 'gives up');
}

const paid = (now: At): Step<State> =>
  does(now, 'writes back', { stored: true }, { record: writtenBack(now) });
