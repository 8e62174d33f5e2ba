import { advance, get, type Regression, request, run, step } from './regression.ts';

/** Those who wait: one error for all of one flight, and a silence after it. */
export const WAITING: readonly Regression[] = [
  {
    name: 'a request that looks at the store again after a flight has failed gets the error that the others get',
    row: 'P8',
    setting: {
      faulty: true,
      store: 'memory',
      lock: 'process',
      lifetime: 600,
      waitTimeout: 120_000,
      acquires: true,
      start: 'nothing',
    },
    actions: [get(0), step(0), { do: 'strike', pick: 0, fault: 'hang' }, { do: 'renew', by: 0 }],
  },
  {
    name: 'a request that waits for one flight, and is turned away by the limiter, gets the error that the others get',
    row: 'P8',
    setting: { faulty: false, managers: 1, lock: 'none', lifetime: 600 },
    actions: [
      { do: 'signIn', by: 0 },
      { do: 'insist', by: 0, times: 3, every: 200 },
      { do: 'request', by: 0, hostile: true, body: 'text', foreign: false },
      { do: 'announce', by: 0, pick: 2 },
      { do: 'refuse', by: 0, pick: 0 },
      step(0),
      step(0),
      step(0),
    ],
  },
  {
    name: 'programs that live for 5 s have nothing to get past while nobody is signed in',
    row: 'L13',
    setting: {
      faulty: true,
      managers: 2,
      lock: 'none',
      lifetime: 600,
      acquires: true,
      start: 'expired',
    },
    actions: [
      { do: 'signOut', by: 1 },
      { do: 'renew', by: 1 },
      advance(12_000),
      { do: 'crash', by: 1, arrives: false },
      { do: 'renew', by: 1 },
      { do: 'shortLived', by: 0, lives: 60 },
    ],
  },
  {
    name: 'a generation with the access token of the one before it knows nothing of that one’s silence',
    row: 'P8',
    setting: { faulty: true, managers: 2, lock: 'mixed', lifetime: 20 },
    actions: [
      { do: 'request', by: 0, hostile: true, body: 'text', foreign: false },
      step(0),
      run(6),
      step(0),
      request(1),
      advance(31_000),
      { do: 'strike', pick: 0, fault: 'sameToken' },
      { do: 'strike', pick: 0, fault: 'storeFails' },
      { do: 'get', by: 0, validFor: 400_000 },
      run(30),
      run(30),
    ],
  },
];
