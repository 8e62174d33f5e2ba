import type { Played } from '../src/contest.ts';
import type { Result } from '../src/result.ts';

/** A contender of ours that kept every promise, changed where a test says so. */
export function resultWith(changes: Partial<Result> = {}): Result {
  const connections = { opened: 64, atOnce: 64 };
  return {
    id: 'unexpired-axios',
    name: 'Unexpired on axios',
    ours: true,
    tokenEndpointCalls: 1,
    rotations: 1,
    reuseDetections: 0,
    session: 'alive',
    succeeded: 100,
    failed: 0,
    wallTime: 234,
    cutAtDeadline: false,
    callersServed: 100,
    failures: {},
    api: { requests: 100, unauthorized: 0, connections },
    tokenEndpointConnections: { opened: 1, atOnce: 1 },
    ...changes,
  };
}

export const lostSession: Partial<Result> = {
  id: 'interceptor',
  name: "Everybody's axios interceptor",
  ours: false,
  tokenEndpointCalls: 100,
  reuseDetections: 1,
  session: 'revoked',
  succeeded: 1,
  failed: 99,
  callersServed: 1,
};

/** Three requests: one refused, replayed and answered; one refused and given up; one that was never heard of again. */
export function playedSample(): Played {
  return {
    startedAt: 1000,
    cutAtDeadline: true,
    outcomes: [
      { startedAt: 1000.5, endedAt: 1120, ok: true, failure: undefined },
      { startedAt: 1001, endedAt: 1090, ok: false, failure: '401 handed to the caller' },
      { startedAt: 1002, endedAt: undefined, ok: false, failure: undefined },
    ],
    record: {
      session: 'revoked',
      counters: {
        tokenCalls: 2,
        rotations: 1,
        reuseDetections: 1,
        apiRequests: 4,
        unauthorized: 2,
        answered: 1,
        apiConnections: { opened: 3, atOnce: 2 },
        tokenConnections: { opened: 2, atOnce: 2 },
      },
      redemptions: [
        { at: 1030, until: 1095, result: 'rotated' },
        { at: 1040, until: 1110, result: 'reuse' },
      ],
      attempts: [
        { request: 0, at: 1005, until: 1020, status: 401 },
        { request: 1, at: 1006, until: 1030, status: 401 },
        { request: 0, at: 1100, until: 1115, status: 200 },
        { request: 2, at: 1050, until: undefined, status: 0 },
      ],
    },
  };
}
