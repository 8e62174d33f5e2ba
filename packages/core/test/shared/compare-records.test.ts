import { describe, expect, it } from '@jest/globals';
import { relate } from '../../src/shared/compare-records.ts';
import type { SessionRecord } from '../../src/index.ts';

const record = (
  session: string,
  gen: number,
  status: SessionRecord['status'] = 'active',
): SessionRecord => ({
  v: 1,
  session,
  gen,
  status,
  issuedAt: 0,
  turn: 0,
  ...(status === 'active' && { tokens: { accessToken: `${session}-${gen}` } }),
});
const tombstone = (session: string, gen = 0) => record(session, gen, 'signedOut');

describe('what a store holds stands to what memory holds as', () => {
  it.each([
    // what memory holds, what is stored, the relation
    ['nothing, nothing', undefined, undefined, 'nothing'],
    ['a session, nothing', record('a', 1), undefined, 'gone'],
    ['nothing, a session', undefined, record('a', 1), 'other'],
    ['nothing, a tombstone', undefined, tombstone('a'), 'signedOut'],
    ['nothing, a session known to be over', undefined, record('over', 1), 'older'],
    [
      'nothing, the tombstone of a session known to be over',
      undefined,
      tombstone('over'),
      'signedOut',
    ],
    ['a generation, the same', record('a', 1), record('a', 1), 'same'],
    ['a generation, a later one', record('a', 1), record('a', 2), 'newer'],
    ['a generation, one much later', record('a', 1), record('a', 1000), 'newer'],
    ['a generation, an earlier one', record('a', 2), record('a', 1), 'older'],
    ['a session, its tombstone', record('a', 2), tombstone('a', 2), 'signedOut'],
    [
      'a session, its tombstone of an earlier generation',
      record('a', 2),
      tombstone('a', 1),
      'signedOut',
    ],
    ['a session, another', record('a', 2), record('b', 0), 'other'],
    ['a session, another of a later generation', record('a', 2), record('b', 9), 'other'],
    ['a session, the tombstone of another', record('a', 2), tombstone('b'), 'signedOut'],
    ['a session, one known to be over', record('a', 0), record('over', 9), 'older'],
    [
      'a session, the tombstone of one known to be over',
      record('a', 0),
      tombstone('over'),
      'older',
    ],
    [
      'a session that was over and came back, the same',
      record('over', 1),
      record('over', 1),
      'same',
    ],
    [
      'a session that was over and came back, a later generation',
      record('over', 1),
      record('over', 2),
      'newer',
    ],
    [
      'a session that was over and came back, its tombstone',
      record('over', 1),
      tombstone('over', 1),
      'signedOut',
    ],
  ] as const)('%s', (_, mine, stored, relation) => {
    expect(relate(mine, new Set(['over']), stored)).toBe(relation);
  });

  it('the same, whatever marks are on it', () => {
    const marked = {
      ...record('a', 1),
      intent: { gen: 1, owner: 'o', startedAt: 0, attempt: 1 },
      dead: { gen: 1, code: 'c', at: 0 },
    };
    expect(relate(record('a', 1), new Set(), marked)).toBe('same');
  });
});
