// Models of rules R1 to R6 of the protocol, searched in full: every order of steps and faults, for a few managers. `holds`: the
// protocol, in which nothing may break. `refuted`: one rule put in another way, which must break as recorded, in as few steps.
// `not promised`: what the protocol itself does not prevent. `npm run test:long -- model` also has the rows that are too large.
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Case, Run, Searches } from './case.ts';
import { check } from './check.ts';
import type { Finding } from './explore.ts';
import { SEARCHES } from './searches.ts';

const found = new Map<Run, Finding>();
function find(run: Run): Finding {
  const finding = found.get(run) ?? run.search();
  found.set(run, finding);
  return finding;
}

const daily = (cases: readonly Case[]): Case[] => cases.filter(({ long }) => long !== true);
const all = ({ holds, refuted, notPromised }: Searches): Case[] =>
  daily([...holds, ...refuted, ...notPromised]);
const statesOf = (searches: Searches): number =>
  all(searches)
    .flatMap(({ runs }) => runs)
    .reduce((sum, run) => sum + find(run).states, 0);

describe.each(SEARCHES)('$name', ({ holds, refuted, notPromised }) => {
  describe('holds', () => {
    it.each(daily(holds))('$what', (row) => {
      expect(check(row, find).wrong).toEqual([]);
    });
  });
  describe('refuted', () => {
    it.each(daily(refuted))('$what', (row) => {
      expect(check(row, find).wrong).toEqual([]);
    });
  });
  describe('not promised', () => {
    it.each(daily(notPromised))('$what', (row) => {
      expect(check(row, find).wrong).toEqual([]);
    });
  });
});

describe('the tables', () => {
  it.each(SEARCHES)('search 50,000 states and more for $name', (searches) => {
    expect(statesOf(searches)).toBeGreaterThanOrEqual(50_000);
  });

  it('search 300,000 states and more in all', () => {
    const states = SEARCHES.reduce((sum, searches) => sum + statesOf(searches), 0);
    expect(states).toBeGreaterThanOrEqual(300_000);
  });

  it.each(SEARCHES)(
    'break nothing where $name holds, and something in every other row',
    (searches) => {
      const { holds, refuted, notPromised } = searches;
      const breaks = ({ runs }: Case): boolean => runs.some((run) => run.breaks.length > 0);
      expect(holds.filter(breaks)).toEqual([]);
      expect([...refuted, ...notPromised].filter((row) => !breaks(row))).toEqual([]);
    },
  );

  it.each(SEARCHES)('name each row of $name once', (searches) => {
    const names = all(searches).map(({ what }) => what);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

afterAll(() => {
  const states = (searches: Searches): string => statesOf(searches).toLocaleString('en-US');
  const lines = SEARCHES.map((each) => `  ${each.name}: ${states(each)} states\n`);
  process.stdout.write(lines.join(''));
});
