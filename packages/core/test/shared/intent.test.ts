import { describe, expect, it } from '@jest/globals';
import { foreignIntentWait, withIntent, withoutMarks } from '../../src/shared/intent.ts';
import type { ActiveRecord } from '../../src/session/store.ts';

const record: ActiveRecord = {
  v: 1,
  session: 's',
  gen: 4,
  status: 'active',
  issuedAt: 0,
  turn: 0,
  tokens: { accessToken: 'a' },
};
const intent = { gen: 4, owner: 'o', startedAt: 9, attempt: 1 };

it('an intent names the generation that is about to be redeemed, and goes away with the dead mark', () => {
  const marked = {
    ...withIntent(record, { owner: 'o', startedAt: 9, attempt: 1 }),
    dead: { gen: 4, code: 'c', at: 1 },
  };
  expect(marked.intent).toEqual(intent);
  expect(withoutMarks(marked)).toEqual(record);
  expect(record.intent).toBeUndefined();
});

describe('another’s intent is waited for', () => {
  it('65 s from when it was first seen, looking twice a second', () => {
    const seen = new Map<string, number>();
    expect(foreignIntentWait(seen, intent, 1000)).toBe(500);
    expect(foreignIntentWait(seen, intent, 65_000)).toBe(500);
    expect(foreignIntentWait(seen, intent, 65_900)).toBe(100);
    expect(foreignIntentWait(seen, intent, 66_000)).toBe(0);
    expect(foreignIntentWait(seen, intent, 1e9)).toBe(0);
  });

  it.each([
    ['owner', { ...intent, owner: 'p' }],
    ['generation', { ...intent, gen: 5 }],
    ['attempt', { ...intent, attempt: 2 }],
    ['start', { ...intent, startedAt: 10 }],
  ])('from the beginning when its %s is another', (_, other) => {
    const seen = new Map<string, number>();
    foreignIntentWait(seen, intent, 0);
    expect(foreignIntentWait(seen, intent, 65_000)).toBe(0);
    expect(foreignIntentWait(seen, other, 65_000)).toBe(500);
  });

  it('and only the one that stands there is remembered', () => {
    const seen = new Map<string, number>();
    for (let startedAt = 0; startedAt < 1000; startedAt++)
      foreignIntentWait(seen, { ...intent, startedAt }, startedAt);
    expect(seen.size).toBe(1);
  });
});
