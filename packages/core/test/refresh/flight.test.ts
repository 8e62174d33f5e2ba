import { describe, expect, it } from '@jest/globals';
import { TokenError } from '../../src/errors/errors.ts';
import type { ActiveRecord, SessionRecord } from '../../src/session/store.ts';
import { tombstoneOf } from '../../src/session/succession.ts';
import { fingerprint } from '../../src/tokens/fingerprint.ts';
import { settle, testClock } from '../support/clock.ts';
import {
  another,
  expired,
  fresh,
  refreshStage,
  type RefreshStage,
  refusal,
} from '../support/flight.ts';
import { outcome } from '../support/session.ts';

const now = testClock().now();
/** Another session, later than the one that is held. */
const OTHER = another('t', now + 1000);
const intent = (gen: number, more: object = {}) => ({
  gen,
  owner: 'other',
  startedAt: 0,
  attempt: 1,
  ...more,
});
const put = (record: unknown) => (stage: RefreshStage) => {
  stage.cell.put(record);
  stage.cell.notify();
};
/** Somebody else writes this just before the next write. */
const putBeforeWrite = ({ cell }: RefreshStage, record: unknown): void => {
  cell.hooks.beforeWrite = () => {
    cell.hooks.beforeWrite = undefined;
    cell.put(record);
  };
};

it('a refresh reads, marks, redeems, stores and shows, once each', async () => {
  const { tokens, cell, clock, spent, script, ends } = refreshStage(expired(1), {
    subscribe: false,
  });
  await tokens.ready();
  const { reads } = cell;
  expect(await tokens.getToken()).toMatchObject({
    accessToken: 'new',
    session: 's',
    generation: 2,
  });
  await settle();
  expect(spent).toEqual(['rt-1']);
  expect(cell.history.map((record) => [record.gen, record.intent])).toEqual([
    [1, { gen: 1, owner: expect.any(String), startedAt: clock.now(), attempt: 1 }],
    [2, undefined],
  ]);
  expect(cell.record?.spent).toEqual([fingerprint('rt-1')]);
  expect(cell.reads - reads).toBe(2);
  expect([ends(), script.holders, clock.pending]).toEqual([['refreshed'], 0, 0]);
});

describe('a refresh that waits for the lock', () => {
  it.each<[string, ActiveRecord | undefined, (stage: RefreshStage) => unknown, unknown, string]>([
    ['a sign-out', expired(1), ({ tokens }) => tokens.signOut(), 'ERR_SIGNED_OUT', 'superseded'],
    [
      'a sign-in',
      expired(1),
      ({ tokens }) => tokens.setSession({ accessToken: 'own' }),
      'ERR_SIGNED_OUT',
      'superseded',
    ],
    ['a peer’s sign-in', expired(1), put(OTHER), 'ERR_SIGNED_OUT', 'superseded'],
    ['a peer’s sign-in, where nobody was signed in', undefined, put(OTHER), 'at-0', 'adopted'],
    [
      'a sign-out, where nobody was signed in',
      undefined,
      ({ tokens }) => tokens.signOut(),
      'ERR_SIGNED_OUT',
      'superseded',
    ],
    [
      'the end of the session',
      expired(1),
      put({ ...expired(1), dead: { gen: 1, code: 'invalid_grant', at: 0 } }),
      'ERR_SESSION_ENDED',
      'ERR_SESSION_ENDED',
    ],
    ['close()', expired(1), ({ tokens }) => tokens.close(), 'ERR_CLOSED', 'ERR_CLOSED'],
  ])('is ended by %s, and nothing is sent', async (_, stored, happens, got, end) => {
    const stage = refreshStage(stored);
    const { tokens, script, spent, ends } = stage;
    script.mode = 'never';
    const waiting = outcome(tokens.getToken());
    await settle();
    expect(script.waiting).toBe(1);
    await happens(stage);
    await settle();
    expect([await waiting, ends(), spent, script.waiting]).toEqual([got, [end], [], 0]);
  });
});

describe('a refresh that has the lock', () => {
  it('takes what a peer has refreshed since, and writes and sends nothing', async () => {
    const { tokens, cell, script, spent } = refreshStage(expired(1));
    script.onGrant = () => cell.put(fresh(2, now));
    expect(await outcome(tokens.getToken())).toBe('at-2');
    expect([spent, cell.writes]).toEqual([[], 0]);
  });

  it('sends nothing after a sign-out while its intent is written', async () => {
    const { tokens, cell, spent } = refreshStage(expired(1));
    cell.hooks.afterWrite = () => {
      cell.hooks.afterWrite = undefined;
      void tokens.signOut();
    };
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    await settle();
    expect([spent, cell.record?.status]).toEqual([[], 'signedOut']);
  });

  it('gives a store that others always write up after a hundred times, with pauses in between', async () => {
    const { tokens, cell, clock, spent } = refreshStage(expired(1));
    cell.hooks.beforeWrite = () => cell.put(expired(1));
    const waiting = tokens.getToken().catch((error: unknown) => error);
    await settle();
    expect(cell.writes).toBe(2); // the first conflict may be chance
    await clock.advance(100_000);
    expect(await waiting).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: 'The store was always written by others',
    });
    expect([cell.writes, spent]).toEqual([101, []]);
  });

  it('keeps no process alive for a token endpoint that never answers, once nobody waits', async () => {
    const clock = testClock();
    const { setTimeout } = clock;
    const foreground = new Set<object>();
    Object.assign(clock, {
      setTimeout(task: () => void, delay: number, background = false) {
        const timer = {};
        if (!background) foreground.add(timer);
        const cancel = setTimeout(() => {
          foreground.delete(timer);
          task();
        }, delay);
        return () => {
          foreground.delete(timer);
          cancel();
        };
      },
    });
    const { tokens, outside, ends, spent } = refreshStage(expired(1), { clock });
    outside.answer = () => new Promise(() => undefined);
    const caller = new AbortController();
    const waiting = outcome(tokens.getToken({ signal: caller.signal }));
    await settle();
    caller.abort();
    await waiting;
    expect([spent, foreground.size]).toEqual([['rt-1'], 0]);
    await clock.advance(65_000);
    expect([ends(), foreground.size]).toEqual([['ERR_REFRESH_UNAVAILABLE'], 0]);
  });

  it('does not cut the wait between two tries short for news that change nothing', async () => {
    const { tokens, cell, clock, outside, spent } = refreshStage(expired(1));
    outside.answer = () => {
      throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '5' } });
    };
    void outcome(tokens.getToken());
    await settle();
    cell.notify();
    await clock.advance(4999);
    expect(spent).toHaveLength(1);
    await clock.advance(1251); // at random up to a quarter above
    expect(spent).toHaveLength(2);
  });
});

describe('a store that has lost what memory knows, and in which somebody else writes', () => {
  it.each<[string, SessionRecord, string]>([
    ['a newer generation', fresh(4, now), 'at-4'],
    ['another session', OTHER, 'ERR_SIGNED_OUT'],
  ])('%s: that stays, and nothing is sent', async (_, theirs, got) => {
    const stage = refreshStage(expired(3));
    await stage.tokens.ready();
    stage.cell.put(expired(2));
    putBeforeWrite(stage, theirs);
    expect(await outcome(stage.tokens.getToken())).toBe(got);
    expect([stage.spent, stage.cell.history, stage.cell.record]).toEqual([[], [], theirs]);
  });
});

describe('the intent of somebody else', () => {
  const marked = (gen: number, more: object = {}) => ({
    ...expired(1),
    intent: intent(gen, more),
  });

  it('is waited for as long as `rotation` says, which the report of the refresh tells', async () => {
    const { tokens, clock, spent, ofType } = refreshStage(marked(1), {
      rotation: { grace: 10_000 },
    });
    const waiting = outcome(tokens.getToken());
    await clock.advance(7999);
    expect(spent).toEqual([]);
    await clock.advance(2000);
    expect(await waiting).toBe('new');
    expect(ofType('refreshEnded')[0]?.intentWait).toBeGreaterThanOrEqual(8000);
  });

  it('tells for how long it was seen, so that those who live for seconds add up', async () => {
    const { tokens, clock, spent } = refreshStage(marked(1, { seen: 78_000 }));
    const waiting = outcome(tokens.getToken());
    await clock.advance(1900);
    expect(spent).toEqual([]);
    await clock.advance(2100);
    expect(await waiting).toBe('new');

    const first = refreshStage(marked(1));
    void outcome(first.tokens.getToken());
    await first.clock.advance(20_000);
    expect(first.cell.record?.intent?.seen).toBeGreaterThan(16_000);
    expect(first.cell.record?.intent?.seen).toBeLessThanOrEqual(20_000);
  });

  it.each([
    [
      'that has ended without an answer is not waited for; its token',
      'is',
      marked(1, { over: true }),
    ],
    ['for an earlier generation is not waited for; the token of this one', 'is not', marked(0)],
  ])('%s %s doubtful', async (_, doubtful, stored) => {
    const { tokens, outside } = refreshStage(stored);
    outside.answer = () => {
      throw refusal();
    };
    const error = await tokens.getToken().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'ERR_SESSION_ENDED' });
    expect((error as Error).message.includes('probably lost')).toBe(doubtful === 'is');
  });

  it.each([
    ['that came between two tries is doubtful', marked(1, { over: true }), true],
    ['between two tries is our own, and not doubtful', undefined, false],
  ])('%s', async (_, found, doubtful) => {
    const { tokens, cell, clock, outside } = refreshStage(expired(1));
    outside.answer = () => {
      outside.answer = () => {
        throw refusal();
      };
      throw Object.assign(new Error('busy'), { status: 429, headers: { 'retry-after': '1' } });
    };
    const waiting = tokens.getToken().catch((thrown: unknown) => thrown);
    await settle();
    if (found !== undefined) cell.put(found);
    await clock.advance(2000);
    expect(((await waiting) as Error).message.includes('probably lost')).toBe(doubtful);
  });
});

describe('a refusal', () => {
  it('ends the session also while the manager closes', async () => {
    const { tokens, cell, outside } = refreshStage(expired(1));
    outside.answer = () => {
      void tokens.close();
      throw refusal();
    };
    await outcome(tokens.getToken());
    await settle();
    expect(cell.record?.dead).toMatchObject({ gen: 1 });
  });

  it('of a token that a peer has redeemed ends nothing, though the peer’s token is due already', async () => {
    const { tokens, cell, outside, spent, ofType } = refreshStage(expired(1));
    const { answer } = outside;
    outside.answer = () => {
      outside.answer = answer;
      cell.put(expired(2));
      throw refusal();
    };
    expect(await outcome(tokens.getToken())).toBe('new');
    expect([spent, cell.record?.gen, ofType('sessionEnded')]).toEqual([['rt-1', 'rt-2'], 3, []]);
  });

  it('of a session that another one has replaced is of no interest', async () => {
    const { tokens, cell, outside, ofType } = refreshStage(expired(1));
    outside.answer = () => {
      cell.put(OTHER);
      throw refusal();
    };
    expect(await outcome(tokens.getToken())).toBe('ERR_SIGNED_OUT');
    expect([cell.record, ofType('sessionEnded')]).toEqual([OTHER, []]);
  });

  it.each<[string, SessionRecord, string]>([
    ['another session', OTHER, 'ERR_SIGNED_OUT'],
    ['a newer generation', fresh(2, now), 'at-2'],
  ])('is not written over %s that comes at that moment', async (_, theirs, got) => {
    const stage = refreshStage(expired(1));
    stage.outside.answer = () => {
      putBeforeWrite(stage, theirs);
      throw refusal();
    };
    expect(await outcome(stage.tokens.getToken())).toBe(got);
    expect([stage.cell.record, stage.ofType('sessionEnded')]).toEqual([theirs, []]);
  });
});

describe('a refresh that was surely not processed', () => {
  const unsent = new TokenError('ERR_REFRESH_CONFIGURATION', {
    message: 'no client',
    delivery: 'unsent',
  });

  it.each<[string, SessionRecord | undefined]>([
    ['another session', OTHER],
    ['a newer generation', expired(2)],
    ['the intent of somebody else', { ...expired(1), intent: intent(1) }],
    ['a sign-out', tombstoneOf(expired(1), 's', now + 1000)],
    ['no intent any more', expired(1)],
    ['nothing', undefined],
  ])('leaves %s in the store as it is', async (_, found) => {
    const { tokens, cell, outside } = refreshStage(expired(1), { subscribe: false });
    outside.answer = () => {
      cell.put(found);
      throw unsent;
    };
    await outcome(tokens.getToken());
    await settle();
    expect([cell.record, cell.history.length]).toEqual([found, 1]);
  });

  it('of nothing leaves a record of nobody, without an intent', async () => {
    const { tokens, cell, outside } = refreshStage(undefined);
    outside.answer = () => {
      throw unsent;
    };
    expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_CONFIGURATION');
    await settle();
    expect(cell.record).toMatchObject({ status: 'signedOut', turn: 0 });
    expect(cell.record?.intent).toBeUndefined();
  });
});

it('a refresh whose answer was lost leaves its intent, marked as over: nobody has to wait for it', async () => {
  const { tokens, cell, clock, outside, ofType } = refreshStage(expired(1));
  outside.answer = () => {
    throw new TypeError('fetch failed');
  };
  const waiting = outcome(tokens.getToken());
  await clock.advance(10_000);
  expect(await waiting).toBe('ERR_REFRESH_UNAVAILABLE');
  expect(cell.record?.intent).toMatchObject({ gen: 1, over: true });
  expect(ofType('refreshEnded')).toMatchObject([{ attempts: 1, unanswered: 1 }]);
});
