// In every situation the protocol's age of an intent holds: nobody waits for ever, and nobody is overridden who is alive.
import type { Case } from '../case.ts';
import { abandoned, brief, CLOCK, FAR, holds, ONE, STORE } from './situations.ts';
import { ATTEMPT, WALL } from './state.ts';

/** Everybody gets past an abandoned intent, in a bounded time. */
const PROGRESS: Case[] = [
  holds('past the dead: managers that live long', { rules: abandoned, atMost: 5 }, [
    ONE,
    STORE,
    CLOCK,
  ]),
  holds('past the dead: managers that live for less than the limit', { rules: brief, atMost: 9 }, [
    STORE,
    CLOCK,
  ]),
  holds('past the dead: managers that live for less than the limit, and the token was spent', {
    rules: { ...brief, spent: true },
    atMost: 9,
  }),
  holds('past the dead: managers that live for less than the limit, under a lease', {
    rules: { ...brief, lock: 'lease' },
    atMost: 11,
  }),
  holds("past the dead: the writer's clock was ahead", {
    rules: { ...brief, writerAhead: FAR },
    atMost: 9,
  }),
  holds("past the dead: the writer's clock was behind", {
    rules: { ...brief, writerAhead: -FAR },
    atMost: 9,
  }),
  holds('past the dead: three managers that live for less than the limit', {
    rules: { ...brief, ahead: [0, 0, 0] },
    atMost: 9,
  }),
];

/** Nobody is overridden who is alive, or who owes an answer. */
const SAFE: Case[] = [
  holds('right clocks', {}, [ONE, STORE, CLOCK]),
  holds('right clocks, somebody is killed', { faults: { crashes: 1 } }, [ONE]),
  holds(
    'right clocks, somebody is killed, by other clocks',
    { faults: { crashes: 1 } },
    [STORE, CLOCK],
    true,
  ),
  holds('right clocks, short lives', { rules: { life: 2 } }, [ONE, STORE, CLOCK]),
  holds('the store is down for any time', { faults: { outages: 1 } }, [ONE]),
  holds('the store is down for any time, short lives', {
    rules: { life: 2 },
    faults: { outages: 1 },
  }),
  holds(
    'the store is down for any time, under a lease of that store',
    { rules: { lock: 'lease' }, faults: { outages: 1 } },
    [ONE],
  ),
  holds(
    'the store is down for any time, under a lock that is freed on death',
    { rules: { lock: 'freed on death' }, faults: { outages: 1 } },
    [ONE, STORE, CLOCK],
  ),
  holds('a clock that is far ahead', { rules: { ahead: [0, FAR] } }, [ONE, STORE]),
  holds('a clock that is far ahead, under a lease', { rules: { ahead: [0, FAR], lock: 'lease' } }, [
    ONE,
    STORE,
    CLOCK,
  ]),
  holds(
    'a clock that is far ahead, a lease that runs out',
    { rules: { ahead: [0, FAR], lock: 'lease' }, faults: { lapses: 1 } },
    [ONE, STORE],
  ),
  holds(
    'a clock that is ahead by less than the wall-clock rule, less an attempt',
    { rules: { ahead: [0, WALL - ATTEMPT - 1] } },
    [CLOCK],
  ),
  holds('one clock that is put forward', { faults: { clockSteps: 1 } }, [ONE]),
  holds('the write of an intent takes as long as an attempt', { rules: { slowWrites: true } }, [
    ONE,
  ]),
  holds(
    'the write of an intent takes as long as an attempt, by other clocks',
    { rules: { slowWrites: true } },
    [STORE, CLOCK],
    true,
  ),
  holds('the write of an intent takes as long as an attempt, whose limit counts from its call', {
    rules: { slowWrites: true, attemptFrom: 'its call' },
  }),
  holds('the same write, and a limit of an attempt and a tick', {
    rules: { slowWrites: true, attemptFrom: 'its call', limit: ATTEMPT + 1 },
  }),
  holds('wrong clocks, an outage, somebody is killed, short lives', {
    rules: { ahead: [0, FAR], life: 2 },
    faults: { outages: 1, crashes: 1 },
  }),
  holds('three managers, wrong clocks, short lives', {
    rules: { ahead: [0, FAR, -FAR], life: 2 },
  }),
];

export const HOLDS: readonly Case[] = [...PROGRESS, ...SAFE];
