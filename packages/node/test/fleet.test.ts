import { describe, expect, it } from '@jest/globals';
import { fileFleet, flawless, runFleet, sqliteFleet } from './support/fleet.ts';
import { start, startThread } from './support/program.ts';

describe('16 processes on one file, against a server that revokes the session when a refresh token comes twice', () => {
  it('redeem each refresh token once, and everybody gets the new token, over 10 expiries', async () => {
    const plan = { processes: 16, expiries: 10, requests: 5 };
    expect(await runFleet(plan, await fileFleet())).toEqual(flawless(plan));
  }, 60_000);
});

describe('8 worker threads of one process on one file, against the same server', () => {
  it('redeem each refresh token once, and all get the new token, over 5 expiries', async () => {
    const plan = { processes: 8, expiries: 5, requests: 5 };
    expect(await runFleet(plan, await fileFleet(startThread))).toEqual(flawless(plan));
  }, 60_000);
});

describe('2 processes on one file whose managers have different names (case 30), against the same server', () => {
  it('redeem each refresh token once, and both get the new token, over 20 expiries', async () => {
    const plan = { processes: 2, expiries: 20, requests: 5 };
    expect(await runFleet(plan, await fileFleet(start, ['web', 'worker']))).toEqual(flawless(plan));
  }, 60_000);
});

describe('8 processes on a SQLite table without a lock (case 29), against the same server', () => {
  it('redeem each refresh token once, and everybody gets the new token, over 5 expiries', async () => {
    const plan = { processes: 8, expiries: 5, requests: 5 };
    expect(await runFleet(plan, await sqliteFleet())).toEqual(flawless(plan));
  }, 120_000);
});
