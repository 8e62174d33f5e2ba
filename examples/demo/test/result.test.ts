import { describe, expect, it } from '@jest/globals';
import { describeFailure, fireBurst } from '../src/burst.ts';
import { finishedLine, lookLine } from '../src/progress.ts';
import { brokenRules, resultOf } from '../src/result.ts';
import { plainStyle } from '../src/style.ts';
import { renderTable } from '../src/table.ts';
import { lostSession, playedSample, resultWith } from './samples.ts';

const ours = { id: 'unexpired-axios', name: 'Unexpired on axios', ours: true };

describe('a result', () => {
  it('is what the servers recorded, next to what the callers said', () => {
    const { outcomes, record } = playedSample();
    expect(resultOf(ours, outcomes, record, true)).toEqual({
      id: ours.id,
      name: ours.name,
      ours: true,
      tokenEndpointCalls: 2,
      rotations: 1,
      reuseDetections: 1,
      session: 'revoked',
      succeeded: 1,
      failed: 2,
      wallTime: 120,
      cutAtDeadline: true,
      callersServed: 1,
      failures: { '401 handed to the caller': 1, 'no answer by the deadline': 1 },
      api: { requests: 4, unauthorized: 2, connections: { opened: 3, atOnce: 2 } },
      tokenEndpointConnections: { opened: 2, atOnce: 2 },
    });
  });

  it('counts a request that was answered twice once', () => {
    const { outcomes, record } = playedSample();
    const attempts = [...record.attempts, { request: 0, at: 1116, until: 1119, status: 200 }];
    expect(resultOf(ours, outcomes, { ...record, attempts }, true)).toMatchObject({
      succeeded: 1,
      failed: 2,
    });
  });
});

describe('the promise: 1 refresh, 0 reuse detections, every request answered', () => {
  it('is kept when nothing is off', () => {
    expect(brokenRules(resultWith())).toEqual([]);
  });

  it.each([
    [{ tokenEndpointCalls: 0 }, '0 token-endpoint calls instead of 1'],
    [{ tokenEndpointCalls: 2 }, '2 token-endpoint calls instead of 1'],
    [{ reuseDetections: 1 }, '1 reuse detections instead of 0'],
    [{ session: 'revoked' as const }, 'the session was revoked'],
    [{ succeeded: 99, failed: 1 }, 'the API answered 99 of 100 requests'],
    [{ callersServed: 99 }, '99 of 100 callers got their answer'],
  ])('is broken by %j', (changes, rule) => {
    expect(brokenRules(resultWith(changes))).toEqual([rule]);
  });

  it('is made for our own contenders only', () => {
    expect(brokenRules(resultWith(lostSession))).toEqual([]);
  });
});

describe('the table', () => {
  it('has a row for each contender, in columns', () => {
    const table = renderTable(
      [resultWith({ ...lostSession, failed: 9_999 }), resultWith({ cutAtDeadline: true })],
      plainStyle,
    );
    expect(table.split('\n')).toEqual([
      '                                  token-endpoint        reuse              requests   requests      wall',
      '                                           calls   detections   session   succeeded     failed      time',
      '  ─────────────────────────────   ──────────────   ──────────   ───────   ─────────   ────────   ───────',
      "  Everybody's axios interceptor              100            1   revoked           1      9,999    0.23 s",
      '  Unexpired on axios                           1            0   alive           100          0   cut off',
    ]);
  });
});

describe('progress', () => {
  it('shows how far a burst is, from both sides', () => {
    const look = { ok: 20, failed: 30, tokenCalls: 1_000, reuseDetections: 1 };
    expect(lookLine('ky', 100, look)).toBe(
      '  █████░░░░░ ky: 20 ok, 30 failed, 1,000 token calls, 1 reuse',
    );
    expect(lookLine('axios-auth-refresh (deduplicateRefresh: false)', 100, look)).toContain(
      ' axios-auth-refresh (deduplica…: 20 ok',
    );
  });

  it.each([
    [
      resultWith(),
      '  ✓ Unexpired on axios: 100 of 100 answered, 1 token-endpoint call, session alive, 0.23 s',
    ],
    [
      resultWith(lostSession),
      "  ✗ Everybody's axios interceptor: 1 of 100 answered, 100 token-endpoint calls, session revoked, 0.23 s",
    ],
    [
      resultWith({ callersServed: 3 }),
      '  ✗ Unexpired on axios: 100 of 100 answered, 1 token-endpoint call, session alive, 0.23 s',
    ],
  ])('marks a finished contender good or bad', (result, line) => {
    expect(finishedLine(result, plainStyle)).toBe(line);
  });
});

describe('a burst', () => {
  it('asks for every order at once, and is over when every caller has heard', async () => {
    const asked: string[] = [];
    const get = async (path: string): Promise<unknown> => {
      asked.push(path);
      if (path === '/orders/1') throw Object.assign(new Error('no'), { status: 401 });
      return { order: path === '/orders/2' ? 7 : Number(path.slice('/orders/'.length)) };
    };
    const burst = fireBurst({ get }, 3, 60_000);
    expect(asked).toEqual(['/orders/0', '/orders/1', '/orders/2']);
    expect(await burst.settled).toBe(true);
    expect(burst.answered()).toEqual({ ok: 1, failed: 2 });
    expect(burst.outcomes.map(({ failure }) => failure)).toEqual([
      undefined,
      '401 handed to the caller',
      'another answer than was asked for',
    ]);
  });

  it('is cut off at the deadline when a client never answers', async () => {
    const never = new Promise<unknown>(() => undefined);
    const burst = fireBurst({ get: () => never }, 2, 0);
    expect(await burst.settled).toBe(false);
    expect(burst.outcomes.map(({ endedAt, ok }) => ({ endedAt, ok }))).toEqual([
      { endedAt: undefined, ok: false },
      { endedAt: undefined, ok: false },
    ]);
  });
});

describe('a failure', () => {
  it.each([
    [{ response: { status: 401 } }, '401 handed to the caller'],
    [{ status: 503 }, 'HTTP 503'],
    [{ response: { status: 400 } }, '400 from the token endpoint'],
    [Object.assign(new Error('x'), { code: 'ECONNRESET' }), 'ECONNRESET'],
    [new TypeError('fetch failed'), 'TypeError'],
    ['thrown text', 'string'],
  ])('is named by status, code or kind: %p', (error, name) => {
    expect(describeFailure(error)).toBe(name);
  });

  it('never repeats a message, which may quote a token', () => {
    expect(describeFailure(new Error('Bearer s3cret was refused'))).toBe('Error');
  });
});
