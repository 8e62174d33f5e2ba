import { advance, get, type Regression, request, run, step } from './regression.ts';

/** When a refresh token may be sent, and how often. */
export const REDEEMING: readonly Regression[] = [
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
    name: 'where not all have the same lock, a store that is set back forgets the intent: a manager that reads it then cannot know',
    row: 'P1',
    setting: { faulty: true, managers: 2, lock: 'mixed', lifetime: 600 },
    actions: [
      request(1),
      ...[0, 0, 0].map(step),
      advance(4000),
      get(0),
      { do: 'storeBack', pick: 0 },
    ],
  },
  {
    name: 'a manager that goes on listening to its own call may mark the record again, after a store that went back has made it forget whose mark it was',
    row: 'L3',
    setting: { faulty: true, lifetime: 600, waitTimeout: 120_000 },
    actions: [
      { do: 'request', by: 0, hostile: true, body: 'text', foreign: false },
      advance(31_000),
      { do: 'strike', pick: 3, fault: 'hang' },
      { do: 'storeBack', pick: 0 },
    ],
  },
  {
    name: 'a refresh by hand may bring the sixth useless token where the fifth was not refused yet',
    row: 'P9',
    setting: { faulty: true, store: 'memory', lock: 'process', lifetime: 600 },
    actions: [
      { do: 'insist', by: 0, times: 7, every: 3500 },
      { do: 'refuse', by: 0, pick: 0 },
      step(0),
      step(0),
      step(0),
      { do: 'renew', by: 0 },
      step(0),
      step(0),
      { do: 'strike', pick: 0, fault: 'sameToken' },
      { do: 'insist', by: 0, times: 3, every: 200 },
    ],
  },
  {
    name: 'a useless token whose record was away, and is back, counts as it would have',
    row: 'P9',
    setting: { faulty: true, lifetime: 600 },
    actions: [
      { do: 'insist', by: 0, times: 7, every: 3500 },
      { do: 'request', by: 0, hostile: true, body: 'text', foreign: false },
      run(30),
      { do: 'renew', by: 0 },
      { do: 'away', ms: 1 },
      { do: 'insist', by: 0, times: 3, every: 3500 },
    ],
  },
  {
    name: 'the generation of a new refresh token with the access token of before is another one than that',
    row: 'P1',
    setting: { faulty: true, managers: 3, lock: 'mixed', lifetime: 600 },
    actions: [
      { do: 'everybody' },
      run(30),
      step(1),
      { do: 'strike', pick: 0, fault: 'badAnswer' },
      { do: 'storeBack', pick: 0 },
    ],
  },
];
