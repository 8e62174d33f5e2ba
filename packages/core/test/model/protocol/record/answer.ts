// What becomes of an answer: it is stored, owed, kept or revoked; or the server has refused.
import type { Step } from '../explore.ts';
import {
  type At,
  adopted,
  does,
  ended,
  noticedGone,
  released,
  SIGNED_OUT,
  writtenBack,
} from './at.ts';
import type { State, Stored } from './state.ts';

export function committed(now: At): Step<State> {
  const { state, manager, sight, setup } = now;
  const { record, server } = state;
  const { rules } = setup;
  const gen = manager.baseGen + 1;
  const refreshToken = typeof manager.answer === 'number' ? manager.answer : -1;
  const mine = { gen, refreshToken };
  const next: Stored = { ...mine, status: 'active', intent: undefined };
  const holds = rules.whoOwes === 'keeps the lock';
  const revoked = { ...released(now), server: { ...server, revoked: true } };
  if (sight === 'down')
    return holds
      ? does(now, 'owes', { phase: 'owe', ...mine, stored: false })
      : does(now, 'owes', { ...ended(now), ...mine, stored: false }, released(now));
  if (sight === 'gone' || record === undefined) {
    const kept = { session: 'away', ...mine, stored: false } as const;
    if (rules.whenGone === 'revoked')
      return does(now, 'revokes', { ...ended(now), ...noticedGone(now) }, revoked);
    if (rules.whenGone === 'written again') {
      const world = { ...released(now), record: next };
      return does(now, 'writes it again', { ...ended(now), ...mine, stored: true }, world);
    }
    return holds
      ? does(now, 'keeps the answer', { phase: 'oweAway', ...kept })
      : does(now, 'keeps the answer', { ...ended(now), ...kept }, released(now));
  }
  if (sight === 'signedOut')
    return does(now, 'revokes the answer', { ...ended(now), ...SIGNED_OUT }, revoked);
  if (record.gen > manager.baseGen)
    return does(now, 'adopts', { ...ended(now), ...adopted(record) }, released(now));
  const world = { ...released(now), record: next };
  return does(now, 'commits', { ...ended(now), ...mine, stored: true }, world);
}

export function owingSteps(now: At): Step<State>[] {
  const { state, manager, sight } = now;
  const { record } = state;
  const back = { ...ended(now), session: 'in' } as const;
  if (sight === 'down') return [];
  if (sight === 'gone' || record === undefined)
    return manager.phase === 'owe'
      ? [does(now, 'finds nothing', { phase: 'oweAway', session: 'away' })]
      : [];
  if (sight === 'signedOut') {
    const world = { ...released(now), server: { ...state.server, revoked: true } };
    return [does(now, 'revokes the answer', { ...ended(now), ...SIGNED_OUT }, world)];
  }
  if (sight !== 'older')
    return [does(now, 'adopts', { ...back, ...adopted(record) }, released(now))];
  const { gen, refreshToken } = manager;
  const paid: Stored = { gen, refreshToken, status: 'active', intent: undefined };
  return [does(now, 'pays', { ...back, stored: true }, { ...released(now), record: paid })];
}

/** The store is read again before a session is given up. */
export function afterRefusal(now: At): Step<State> {
  const { record } = now.state;
  const free = released(now);
  const end = ended(now);
  if (now.sight === 'down') return does(now, 'finds the store down', end, free);
  if (now.sight === 'gone' || record === undefined)
    return does(now, 'finds nothing', { ...end, ...noticedGone(now) }, free);
  if (now.sight === 'signedOut')
    return does(now, 'finds a sign-out', { ...end, ...SIGNED_OUT }, free);
  if (now.sight === 'newer') return does(now, 'adopts', { ...end, ...adopted(record) }, free);
  if (now.sight === 'older')
    return does(
      now,
      'writes back',
      { ...end, stored: true },
      { ...free, record: writtenBack(now) },
    );
  const dead: Stored = { ...record, status: 'dead', intent: undefined };
  return does(now, 'marks it dead', end, { ...free, record: dead });
}
