import { describe, expect, it } from '@jest/globals';
import type { ActiveRecord, Intent } from '../../src/session/store.ts';
import { withoutMarks } from '../../src/session/succession.ts';
import { createIntentAge, isForeign, placeholder, withIntent } from '../../src/shared/intent.ts';
import { readStored } from '../../src/shared/record.ts';

const record: ActiveRecord = {
  v: 1,
  session: 's',
  gen: 4,
  status: 'active',
  issuedAt: 0,
  turn: 1,
  tokens: { accessToken: 'a' },
};
const intent: Intent = { gen: 4, owner: 'o', startedAt: 9, attempt: 1 };

it('an intent names the generation that is about to be redeemed, and goes away with the dead mark', () => {
  const marked = {
    ...withIntent(record, { owner: 'o', startedAt: 9, attempt: 1 }),
    dead: { gen: 4, code: 'c', at: 1 },
  };
  expect(marked.intent).toEqual(intent);
  expect(withoutMarks({ ...record, intent, dead: marked.dead })).toEqual(record);
  expect(record.intent).toBeUndefined();
});

it('an intent to look for a session where there is none is no session, and no sign-out either', () => {
  const carrier = withIntent(placeholder('s', 7), { owner: 'o', startedAt: 9, attempt: 1 });
  expect(readStored({ value: carrier, version: '3' }, 'cell', 7)).toEqual({
    record: undefined,
    version: '3',
    intent: { gen: 0, owner: 'o', startedAt: 9, attempt: 1 },
  });
});

describe('an intent keeps others from redeeming', () => {
  it.each<[string, Intent | undefined, { readonly freedOnDeath?: string }, boolean]>([
    ['of another owner', intent, {}, true],
    ['of nobody known', { ...intent, owner: '' }, {}, true],
    ['under another lock', { ...intent, lock: 'x' }, { freedOnDeath: 'y' }, true],
    ['under a lock, while a lease is held', { ...intent, lock: 'x' }, {}, true],
    ['under a lease, while a lock is held', intent, { freedOnDeath: 'x' }, true],
    ['under the lock that is held now', { ...intent, lock: 'x' }, { freedOnDeath: 'x' }, false],
    ['that is over', { ...intent, over: true }, {}, false],
    ['of an earlier generation', { ...intent, gen: 3 }, {}, false],
    ['of one’s own', { ...intent, owner: 'me' }, {}, false],
    ['that is not there', undefined, {}, false],
  ])('%s', (_, found, held, keeps) => {
    expect(isForeign(found, 4, 'me', held)).toBe(keeps);
  });
});

describe('the age of an intent', () => {
  it('is the time for which it was seen, and 0 at the first look', () => {
    const age = createIntentAge();
    expect([1000, 2500, 4000].map((now) => age.look(intent, now))).toEqual([0, 1500, 3000]);
  });

  it('grows by 2 s between two looks at the most: in between nobody looked, or the machine slept', () => {
    const age = createIntentAge();
    age.look(intent, 0);
    expect([age.look(intent, 3_600_000), age.look(intent, 3_601_000)]).toEqual([2000, 3000]);
  });

  it('begins with what others have seen of it, and is never less than what is written', () => {
    const age = createIntentAge();
    expect(age.look({ ...intent, seen: 40_000 }, 0)).toBe(40_000);
    expect(age.look({ ...intent, seen: 40_000 }, 1000)).toBe(41_000);
    expect(age.look({ ...intent, seen: 45_000 }, 2000)).toBe(45_000);
    expect(age.look({ ...intent, seen: 45_000 }, 3000)).toBe(45_000);
  });

  it('grows no further than 4 s beyond what is written: while nobody can write, its owner cannot either', () => {
    const age = createIntentAge();
    for (let now = 0; now <= 100_000; now += 1000) age.look(intent, now);
    expect(age.look(intent, 101_000)).toBe(4000);
    expect(age.look({ ...intent, seen: 4000 }, 102_000)).toBe(5000);
  });

  it.each([
    ['owner', { ...intent, owner: 'p' }],
    ['generation', { ...intent, gen: 5 }],
    ['attempt', { ...intent, attempt: 2 }],
    ['start', { ...intent, startedAt: 10 }],
  ])('is counted anew when its %s is another', (_, other) => {
    const age = createIntentAge();
    age.look(intent, 0);
    age.look(intent, 2000);
    expect(age.look(other, 3000)).toBe(0);
  });

  it('goes on from one flight to the next', () => {
    const age = createIntentAge();
    age.look(intent, 0);
    age.look(intent, 2000);
    expect(age.look(intent, 60_000)).toBe(4000);
  });

  it('is to be written when it has grown by 2 s since somebody did', () => {
    const age = createIntentAge();
    age.look(intent, 0);
    age.look(intent, 1999);
    expect(age.toWrite(intent)).toBeUndefined();
    age.look(intent, 2000);
    expect(age.toWrite(intent)).toBe(2000);
    expect(age.toWrite({ ...intent, seen: 2000 })).toBeUndefined();
  });

  it('is looked at after 0.1 s, doubling to 2 s, a little less at random, and from the beginning for another', () => {
    const age = createIntentAge();
    age.look(intent, 0);
    expect(Array.from({ length: 7 }, () => age.delay(1))).toEqual([
      100, 200, 400, 800, 1600, 2000, 2000,
    ]);
    expect(age.delay(0)).toBe(1500);
    age.look({ ...intent, attempt: 2 }, 0);
    expect(age.delay(1)).toBe(100);
  });
});
