import type { Action } from './simulation/actions.ts';
import type { Row } from './simulation/facts.ts';
import type { Setting } from './simulation/setting.ts';

/** A schedule that broke a rule once, as short as it could be made. */
export interface Regression {
  readonly name: string;
  readonly row: Row;
  /** What differs from {@link ORDINARY}. */
  readonly setting: Partial<Setting>;
  readonly actions: readonly Action[];
}

export const ORDINARY: Setting = {
  faulty: false,
  managers: 1,
  store: 'shared',
  lock: 'web',
  mode: 'revokes',
  lifetime: 3600,
  killsOld: false,
  skewWindow: 30_000,
  backgroundWindow: 0,
  waitTimeout: 30_000,
  maxWaiting: 1000,
  listens: false,
  acquires: false,
  start: 'expired',
  seed: 0,
};

const step = (pick: number): Action => ({ do: 'step', pick });
const run = (steps: number): Action => ({ do: 'run', steps });
const advance = (ms: number): Action => ({ do: 'advance', ms });
const get = (by: number): Action => ({ do: 'get', by, validFor: 0 });
const request = (by: number): Action => ({
  do: 'request',
  by,
  hostile: false,
  body: 'text',
  foreign: false,
});

export const REGRESSIONS: readonly Regression[] = [
  {
    name: 'who waits too long for a sign-in to be stored does not get the old session’s token',
    row: 'P10',
    setting: { waitTimeout: 5000 },
    actions: [
      get(0),
      run(2),
      step(0),
      run(6),
      run(2),
      step(0),
      step(0),
      step(3),
      { do: 'signIn', by: 0 },
      request(0),
    ],
  },
  {
    name: 'a session that was signed out before it was read is not revived by a store that goes back',
    row: 'D3',
    setting: { faulty: true },
    actions: [
      get(0),
      advance(70_000),
      { do: 'crash', by: 0, arrives: false },
      { do: 'signOut', by: 0 },
      step(0),
      step(0),
      step(0),
      { do: 'storeBack', pick: 0 },
    ],
  },
  {
    name: 'a session that a sign-in replaced unread is not revived by a store that goes back',
    row: 'D3',
    setting: { faulty: true, managers: 2, lock: 'lease', lifetime: 600 },
    actions: [
      request(0),
      advance(31_000),
      { do: 'signIn', by: 1 },
      run(2),
      step(0),
      { do: 'storeBack', pick: 0 },
    ],
  },
  {
    name: 'a session whose sign-out came second to another sign-in is not revived by a store that goes back',
    row: 'D3',
    setting: { faulty: true, managers: 2, lock: 'lease', lifetime: 600 },
    actions: [
      { do: 'insist', by: 0, times: 3, every: 200 },
      { do: 'signIn', by: 1 },
      { do: 'signOut', by: 1 },
      { do: 'signIn', by: 0 },
      advance(70_000),
      { do: 'storeBack', pick: 0 },
    ],
  },
  {
    name: 'a session that was signed out twice before it was read is not revived by the read that was under way',
    row: 'D4',
    setting: { managers: 2, lock: 'lease', lifetime: 600 },
    actions: [
      get(0),
      run(30),
      { do: 'everybody' },
      { do: 'signIn', by: 0 },
      { do: 'reopen', by: 0 },
      step(0),
      step(0),
      step(0),
      { do: 'request', by: 0, hostile: false, body: 'text', foreign: true },
      request(1),
      step(0),
      { do: 'everybody' },
      { do: 'signOut', by: 0 },
      step(3),
      { do: 'signOut', by: 0 },
      { do: 'jump', by: 0, ms: 3_600_000 },
    ],
  },
  {
    name: 'a sign-out that could not be stored is tried again after a sign-in that could not be stored either',
    row: 'D4',
    setting: { faulty: true },
    actions: [
      get(0),
      run(30),
      { do: 'signOut', by: 0 },
      { do: 'strike', pick: 0, fault: 'storeFails' },
      { do: 'signIn', by: 0 },
      { do: 'strike', pick: 0, fault: 'storeFails' },
    ],
  },
  {
    name: 'a session that was taken over from a peer during a sign-out does not come back over the tombstone of the one after it',
    row: 'D4',
    setting: { faulty: true, managers: 3, lock: 'process', lifetime: 20, waitTimeout: 5000 },
    actions: [
      request(0),
      run(2),
      { do: 'everybody' },
      step(4),
      { do: 'signIn', by: 1 },
      step(1),
      step(1),
      step(1),
      step(1),
      step(4),
      advance(4000),
      { do: 'signOut', by: 0 },
      { do: 'signIn', by: 1 },
      { do: 'strike', pick: 5, fault: 'hang' },
    ],
  },
  {
    name: 'a refresh token is not sent by another manager while an answer can still come to a call that ignores its signal',
    row: 'P1',
    setting: { faulty: true, managers: 2, store: 'memory', lock: 'process', lifetime: 600 },
    actions: [
      { do: 'everybody' },
      step(0),
      { do: 'strike', pick: 7, fault: 'hang' },
      advance(70_000),
      { do: 'everybody' },
    ],
  },
  {
    name: 'a generation that a sign-in found, which then failed, is known when the store goes back to before it',
    row: 'D3',
    setting: { faulty: true, lock: 'lease', lifetime: 600 },
    actions: [
      { do: 'renew', by: 0 },
      run(30),
      { do: 'reopen', by: 0 },
      { do: 'signIn', by: 0 },
      step(0),
      { do: 'storeBack', pick: 0 },
      step(0),
      { do: 'strike', pick: 0, fault: 'storeFails' },
    ],
  },
  {
    name: 'a generation that was read, and overtaken by a read of a store that had gone back, is known all the same',
    row: 'D3',
    setting: { faulty: true, managers: 3, lifetime: 600 },
    actions: [
      { do: 'request', by: 1, hostile: true, body: 'text', foreign: false },
      { do: 'everybody' },
      run(30),
      step(0),
      step(0),
      step(0),
      step(0),
      { do: 'crash', by: 2, arrives: false },
      step(0),
      step(0),
      advance(4000),
      { do: 'refuse', by: 0, pick: 0 },
      run(30),
      { do: 'storeBack', pick: 0 },
      step(3),
      step(5),
    ],
  },
  {
    name: 'a session that a sign-in replaced in the store is over, although a sign-out overtook that sign-in',
    row: 'D3',
    setting: {
      faulty: true,
      managers: 3,
      lock: 'process',
      mode: 'revokes',
      lifetime: 600,
      listens: false,
    },
    actions: [
      { do: 'insist', by: 0, times: 3, every: 200 },
      { do: 'signIn', by: 2 },
      run(2),
      { do: 'signOut', by: 2 },
      advance(590_000),
      { do: 'storeBack', pick: 0 },
      advance(31_000),
      { do: 'refuse', by: 2, pick: 0 },
    ],
  },
  {
    name: 'that a session is dead is not written over the one that somebody has signed in to meanwhile',
    row: 'D4',
    setting: {
      faulty: true,
      managers: 2,
      lock: 'lease',
      mode: 'revokes',
      lifetime: 600,
      listens: false,
    },
    actions: [
      { do: 'get', by: 1, validFor: 0 },
      { do: 'get', by: 0, validFor: 0 },
      ...[0, 0, 0, 0, 3, 3].map(step),
      { do: 'signOut', by: 1 },
      step(6),
      advance(1000),
      ...[2, 1, 0, 0, 3].map(step),
      run(30),
      run(6),
      step(4),
      step(2),
      { do: 'signIn', by: 0 },
    ],
  },
];
