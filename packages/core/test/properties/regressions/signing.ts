import { advance, type Regression, request, run, step } from './regression.ts';

/** Sign-ins, sign-outs and announcements: the last one stands, and each is told as whose it was. */
export const SIGNING: readonly Regression[] = [
  {
    name: 'its own refresh is not told as a peer’s, where a notice comes while it is being stored',
    row: 'own',
    setting: { store: 'memory', lock: 'process', lifetime: 600 },
    actions: [],
  },
  {
    name: 'a session that was signed out twice before it was read is signed out in the store',
    row: 'L5',
    setting: { lifetime: 600 },
    actions: [
      { do: 'signOut', by: 0 },
      { do: 'signOut', by: 0 },
    ],
  },
  {
    name: 'the refresh tokens that are over stay known when two managers sign out one after the other',
    row: 'L4',
    setting: { lifetime: 600 },
    actions: [
      { do: 'signOut', by: 0 },
      { do: 'reopen', by: 0 },
      { do: 'signOut', by: 0 },
      { do: 'signIn', by: 0 },
      { do: 'announce', by: 0, pick: 0 },
    ],
  },
  {
    name: 'the tombstone of a sign-in that a sign-out overtook is written once',
    row: 'D9',
    setting: { lifetime: 600, start: 'nothing' },
    actions: [{ do: 'signIn', by: 0 }, run(2), { do: 'signOut', by: 0 }],
  },
  {
    name: 'a sign-in stands that comes after two sign-outs, whatever the clocks say',
    row: 'L5',
    setting: { managers: 2, store: 'memory', lock: 'process', lifetime: 600 },
    actions: [
      { do: 'jump', by: 0, ms: -3_600_000 },
      { do: 'signOut', by: 0 },
      { do: 'everybody' },
      advance(100),
      { do: 'signOut', by: 1 },
      { do: 'signIn', by: 0 },
    ],
  },
  {
    name: 'a sign-in that another one overtook does not take effect after a sign-out',
    row: 'L5',
    setting: { faulty: true, lifetime: 600 },
    actions: [
      { do: 'signOut', by: 0 },
      run(30),
      { do: 'signIn', by: 0 },
      step(0),
      step(0),
      { do: 'signIn', by: 0 },
      { do: 'strike', pick: 0, fault: 'writeLate' },
      { do: 'signOut', by: 0 },
    ],
  },
  {
    name: 'a session stands that a manager has never seen which signs out by a clock that is behind',
    row: 'L5',
    setting: { managers: 2, lock: 'none', lifetime: 600, start: 'nothing' },
    actions: [
      request(1),
      { do: 'signIn', by: 0 },
      advance(4000),
      { do: 'jump', by: 1, ms: -3_600_000 },
      { do: 'signOut', by: 1 },
    ],
  },
  {
    name: 'a session stands that was begun by a clock that is ahead, and that a manager has never seen which signs out',
    row: 'L5',
    setting: { faulty: true, managers: 2, lock: 'web', lifetime: 600, start: 'nothing' },
    actions: [
      { do: 'jump', by: 1, ms: 3_600_000 },
      { do: 'signIn', by: 1 },
      request(0),
      step(0),
      run(6),
      advance(100),
      step(1),
      { do: 'signOut', by: 0 },
    ],
  },
];
