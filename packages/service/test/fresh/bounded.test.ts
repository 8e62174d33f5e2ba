import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createBounded } from '../../src/fresh/bounded.ts';

const MOST = 40;
const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step = fc.oneof(
  fc.record({
    type: fc.constant('set' as const),
    key: keys,
    size: fc.integer({ min: 1, max: 50 }),
  }),
  fc.record({ type: fc.constantFrom('get' as const, 'delete' as const), key: keys }),
);

/**
 * The same, written down as simply as can be: a list, the one that was not asked for for longest first. What was asked for again
 * before anything else was added stays where it is.
 */
function model() {
  let list: { readonly key: string; readonly size: number; readonly at: number }[] = [];
  let additions = 0;
  const without = (key: string) => list.filter((one) => one.key !== key);
  const bytes = (): number => list.reduce((sum, { size }) => sum + size, 0);
  return {
    bytes,
    keys: () => list.map(({ key }) => key),
    get(key: string): number | undefined {
      const found = list.find((one) => one.key === key);
      if (found !== undefined && found.at < additions)
        list = [...without(key), { ...found, at: additions }];
      return found?.size;
    },
    set(key: string, size: number): void {
      list = without(key);
      if (size > MOST) return;
      list.push({ key, size, at: ++additions });
      while (bytes() > MOST) list.shift();
    },
    delete: (key: string) => void (list = without(key)),
  };
}

describe('what is bounded in bytes', () => {
  it('holds as much as it may and never more, and lets go of what was not asked for for longest', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const bounded = createBounded<number>(MOST, (_key, size) => size);
        const simple = model();
        for (const each of steps) {
          if (each.type === 'set') {
            bounded.set(each.key, each.size);
            simple.set(each.key, each.size);
          } else if (each.type === 'get') {
            expect(bounded.get(each.key)).toBe(simple.get(each.key));
          } else {
            bounded.delete(each.key);
            simple.delete(each.key);
          }
          expect(bounded.bytes).toBeLessThanOrEqual(MOST);
          expect([bounded.bytes, bounded.size]).toEqual([simple.bytes(), simple.keys().length]);
        }
        for (const key of simple.keys()) expect(bounded.get(key)).toBe(simple.get(key));
      }),
    );
  });

  it('is empty once it was cleared', () => {
    const bounded = createBounded<number>(MOST, (_key, size) => size);
    bounded.set('a', 10);
    bounded.clear();
    expect([bounded.get('a'), bounded.size, bounded.bytes]).toEqual([undefined, 0, 0]);
  });
});
