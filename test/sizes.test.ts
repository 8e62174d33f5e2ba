import { describe, expect, it } from '@jest/globals';
import { saysSizes, withSizes } from '../scripts/package-checks/size-page.ts';

const page = 'Before\n<!-- sizes:start -->\n<!-- sizes:end -->\nafter\n';
const sizes = [
  { as: 'the manager alone', bytes: 18_640 },
  { bytes: 5 },
  { as: 'with axios', bytes: 28_490 },
];

describe('the sizes in the README', () => {
  it('are those that have a name there, written in place of the old ones', () => {
    const written = withSizes(page, sizes);
    expect(written.split('\n').slice(4, 6)).toEqual([
      '| the manager alone | 18.6 |',
      '| with axios | 28.5 |',
    ]);
    expect(withSizes(written, sizes)).toBe(written);
  });

  it('are wrong when one is missing or another, and right within what zlib makes of it', () => {
    const written = withSizes(page, sizes);
    expect(saysSizes(page, sizes)).toBe(false);
    expect(saysSizes(written, sizes)).toBe(true);
    expect(saysSizes(written, [{ as: 'with axios', bytes: 28_450 }])).toBe(true);
    expect(saysSizes(written, [{ as: 'with axios', bytes: 28_700 }])).toBe(false);
  });
});
