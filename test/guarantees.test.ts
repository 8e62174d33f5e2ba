// docs/guarantees.md says of each guarantee which test proves it. Here: that each of those tests exists, and that none of the
// rules P1 to P15 and D1 to D9 is without a proof that its test can fail.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AT_ONCE, WHOLE, WITHOUT } from '../packages/core/test/model/recorded.ts';
import { REGRESSIONS } from '../packages/core/test/properties/regressions/all.ts';
import { SABOTAGES } from '../packages/core/test/properties/sabotages/all.ts';
import { ROWS } from '../packages/core/test/properties/simulation/facts.ts';
import { root } from '../scripts/workspace.ts';
import { type Reference, references, tableRows } from './support/guarantees.ts';
import { testNames } from './support/test-names.ts';

const TABLES = { AT_ONCE, REGRESSIONS, ROWS, SABOTAGES, WHOLE, WITHOUT };
/** What jest runs, and the contracts that tests of several packages call. */
const IS_RUN =
  /^[a-z]+\/test\/.+\.test\.ts$|^testing\/src\/(?:adapter|lock|store)-contract\/.+\.ts$/;
const SABOTAGE = 'core/test/properties/sabotage.test.ts';

const text = readFileSync(path.join(root, 'docs/guarantees.md'), 'utf8');
const rows = tableRows(text);
const row = (name: string): Readonly<Record<string, string>> =>
  rows.find((each) => each.name === name)?.cells ?? {};
const named = (name: string, column: string): Reference[] => references(row(name)[column] ?? '');

const known = new Map<string, readonly string[] | undefined>();
/** The names in a file; `undefined`: it is no file of tests. */
function namesIn(file: string): readonly string[] | undefined {
  const place = path.join(root, 'packages', file);
  if (!known.has(file))
    known.set(
      file,
      IS_RUN.test(file) && existsSync(place)
        ? testNames(readFileSync(place, 'utf8'), TABLES)
        : undefined,
    );
  return known.get(file);
}

/** What is wrong with a reference, if anything is. */
function fault({ file, test }: Reference): string | undefined {
  const names = namesIn(file);
  if (names === undefined) return `${file} is no file of tests`;
  return names.includes(test) ? undefined : `${file} has no test "${test}"`;
}

describe('docs/guarantees.md', () => {
  it('names tests that exist', () => {
    const all = references(text);
    expect(all.length).toBeGreaterThan(150);
    expect(all.map(fault).filter((found) => found !== undefined)).toEqual([]);
  });

  it('names a test in each row that promises something', () => {
    const promising = rows.filter(({ cells }) => 'Proved by' in cells);
    const without = promising.filter(
      ({ cells }) => references(cells['Proved by'] ?? '').length === 0,
    );
    expect(promising.length).toBeGreaterThan(120);
    expect(without.map(({ name }) => name)).toEqual([]);
  });

  it('has the cases 1 to 38 that others get wrong', () => {
    const numbers = rows
      .map(({ name }) => Number(/^(\d+)\. /.exec(name)?.[1]))
      .filter((number) => !Number.isNaN(number));
    expect(numbers).toEqual(Array.from({ length: 38 }, (_, index) => index + 1));
  });

  const rules = [
    ...Array.from({ length: 15 }, (_, index) => `P${index + 1}`),
    ...Array.from({ length: 9 }, (_, index) => `D${index + 1}`),
  ];

  it.each(rules)('%s is proved by a property of its own', (rule) => {
    const proofs = named(rule, 'Proved by').filter(({ test }) =>
      new RegExp(`(?:^| › )${rule}: `).test(test),
    );
    expect(proofs).not.toEqual([]);
  });

  it.each(rules)('%s names what makes its proof fail: a rule that the tests switch off', (rule) => {
    const breaking = named(rule, 'Fails when');
    const sabotages = SABOTAGES.filter((each) => each.row === rule).map(
      ({ what }) => `with one rule switched off › ${rule} turns red: ${what}`,
    );
    expect(sabotages).not.toEqual([]);
    expect(breaking.filter(({ file }) => file === SABOTAGE).map(({ test }) => test)).toEqual(
      sabotages,
    );
  });
});

describe('the check of the names', () => {
  it.each<[string, string]>([
    ['core/test/leaks.test.ts', 'a test that was renamed'],
    ['core/test/failures/waiting.test.ts', 'queue full'.slice(1)],
    ['core/test/failures/waiting.test.ts', 'by default at 100,000'],
    [
      'core/test/properties/sabotage.test.ts',
      'with one rule switched off › P1 turns red: something that is not switched off',
    ],
    ['core/test/gone.test.ts', 'anything'],
    ['core/test/support/clock.ts', 'anything'],
  ])('notices that %s has no "%s"', (file, test) => {
    expect(fault({ file, test })).toBeDefined();
  });

  it('reads names from groups, tables and templates, and leaves an ellipsis for what only a run can tell', () => {
    const code = `
      describe('a group', () => {
        it.each([[1, 'one']])('%d is %s', () => undefined);
        for (const kind of kinds) it(\`has \${kind}\`, async () => {});
        describe.each(TABLE)('$row and $other', () => { it("inside", () => {}); });
      });
      rule('of a contract', async () => {});
      other('not a test', () => {});`;
    expect(testNames(code, { TABLE: [{ row: 'P1' }, { row: 'P2' }] })).toEqual([
      'a group',
      'a group › … is …',
      'a group › has …',
      'a group › P1 and …',
      'a group › P2 and …',
      'a group › P1 and … › inside',
      'a group › P2 and … › inside',
      'of a contract',
    ]);
  });
});
