import { describe, expect, it } from '@jest/globals';
import type { SessionRecord } from '../../src/index.ts';
import { compareRecords, isLast } from '../../src/shared/compare-records.ts';

const record = (session: string, gen: number, turn: number, accessToken = `${session}-${gen}`) =>
  ({
    v: 1,
    session,
    gen,
    status: 'active',
    issuedAt: 0,
    turn,
    tokens: { accessToken },
  }) satisfies SessionRecord;
const tombstone = (session: string, gen: number, turn: number): SessionRecord => {
  const { tokens: _, ...rest } = record(session, gen, turn);
  return { ...rest, status: 'signedOut' };
};

describe('what a store holds stands to what memory knows as', () => {
  it.each([
    // what memory knows, what is stored, how that stands to it
    ['nothing, nothing', undefined, undefined, 'nothing'],
    ['a session that was stored, nothing', record('a', 1, 5), undefined, 'gone'],
    ['a sign-out that was stored, nothing', tombstone('a', 1, 5), undefined, 'gone'],
    ['nothing, a session', undefined, record('a', 1, 5), 'newer'],
    ['nothing, a sign-out', undefined, tombstone('a', 1, 5), 'newer'],
    ['a generation, the same', record('a', 1, 5), record('a', 1, 5), 'same'],
    ['a generation, a later one', record('a', 1, 5), record('a', 2, 5), 'newer'],
    ['a generation, one much later', record('a', 1, 5), record('a', 1000, 5), 'newer'],
    ['a generation, an earlier one', record('a', 2, 5), record('a', 1, 5), 'older'],
    [
      'a generation, the same with other tokens',
      record('a', 1, 5),
      record('a', 1, 5, 'x'),
      'newer',
    ],
    ['a session, its sign-out', record('a', 2, 5), tombstone('a', 2, 9), 'newer'],
    [
      'a session, its sign-out at an earlier generation',
      record('a', 2, 5),
      tombstone('a', 1, 9),
      'newer',
    ],
    [
      'a session, its sign-out by a clock that is behind',
      record('a', 2, 5),
      tombstone('a', 2, 4),
      'newer',
    ],
    ['a sign-out, the session', tombstone('a', 2, 9), record('a', 7, 5), 'older'],
    ['a sign-out, the same sign-out', tombstone('a', 2, 9), tombstone('a', 2, 9), 'same'],
    ['a session, another with a later turn', record('a', 9, 5), record('b', 0, 6), 'newer'],
    ['a session, another with an earlier turn', record('a', 0, 5), record('b', 9, 4), 'older'],
    ['a session, another with the same turn', record('a', 0, 5), record('b', 0, 5), 'newer'],
    ['a session, a later sign-out of another', record('a', 0, 5), tombstone('b', 0, 6), 'newer'],
    ['a session, an earlier sign-out of another', record('a', 0, 5), tombstone('b', 0, 4), 'older'],
    ['a sign-out, an earlier session', tombstone('a', 0, 5), record('b', 3, 4), 'older'],
    ['a sign-out, a later session', tombstone('a', 0, 5), record('b', 0, 6), 'newer'],
  ] as const)('%s', (_, mine, stored, comparison) => {
    expect(compareRecords(mine, stored, true)).toBe(comparison);
  });

  it('the same, whatever its intent and dead mark', () => {
    const marked = {
      ...record('a', 1, 5),
      intent: { gen: 1, owner: 'o', startedAt: 0, attempt: 1 },
      dead: { gen: 1, code: 'c', at: 0 },
    };
    expect(compareRecords(record('a', 1, 5), marked, true)).toBe('same');
  });

  it('older, where there is nothing and nothing of that session was ever stored', () => {
    expect(compareRecords(record('a', 1, 5), undefined, false)).toBe('older');
    expect(compareRecords(tombstone('a', 1, 5), undefined, false)).toBe('older');
  });

  it('newer one way at the most: managers cannot write over each other for ever', () => {
    const all = ['a', 'b'].flatMap((session) =>
      [0, 1].flatMap((gen) =>
        [5, 6].flatMap((turn) => [record(session, gen, turn), tombstone(session, gen, turn)]),
      ),
    );
    // Within a session the turn is that of its sign-in, but for a sign-out.
    const pairs = all.flatMap((one) => all.map((other) => [one, other] as const));
    const both = pairs.filter(
      ([one, other]) =>
        compareRecords(one, other, true) === 'older' &&
        compareRecords(other, one, true) === 'older',
    );
    expect(both).toEqual([]);
  });
});

describe('a sign-in that may have been stored is the last thing that is known to have happened', () => {
  const sent = record('new', 0, 6);
  it.each<[string, SessionRecord | undefined, SessionRecord | undefined, boolean]>([
    ['where nothing was known, and nothing is', undefined, undefined, true],
    ['where the session before it goes on', record('a', 1, 5), record('a', 1, 5), true],
    ['where the session before it was refreshed', record('a', 1, 5), record('a', 2, 5), true],
    ['where that was over already', tombstone('a', 1, 5), tombstone('a', 1, 5), true],
    ['not where that was signed out since', record('a', 1, 5), tombstone('a', 1, 5), false],
    ['not where that came back', tombstone('a', 1, 5), record('a', 2, 5), false],
    ['not where another began, by whatever clock', record('a', 1, 5), record('b', 0, 4), false],
    ['not where a first one began', undefined, record('b', 0, 4), false],
    ['not where there is none any more', record('a', 1, 5), undefined, false],
    ['not where it is that itself', record('a', 1, 5), sent, false],
    ['not where the session before it is later', record('a', 1, 5), record('a', 2, 7), false],
  ])('%s', (_, base, now, last) => {
    expect(isLast(sent, base, now)).toBe(last);
  });
});
