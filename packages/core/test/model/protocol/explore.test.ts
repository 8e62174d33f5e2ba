// The search itself, and what is read from it, on models that are small enough to know everything about.
import { describe, expect, it } from '@jest/globals';
import type { Case } from './case.ts';
import { check } from './check.ts';
import { explore, keyOf, type Model, type Place } from './explore.ts';
import { cannotReach, runs } from './graph.ts';

/** From a number to any of those that are listed with it. */
const walk = <P extends string>(
  ways: Readonly<Record<number, readonly number[]>>,
  more: Omit<Model<number, P>, 'initial' | 'steps'> = {},
): Model<number, P> => ({
  initial: 0,
  steps: (from) => (ways[from] ?? []).map((to) => ({ kind: `to ${to}`, to })),
  ...more,
});

/** All places of a walk, by their states. */
function placesOf(ways: Readonly<Record<number, readonly number[]>>): readonly Place<number>[] {
  let seen: readonly Place<number>[] = [];
  explore(walk(ways, { judge: (places) => (seen = places) }));
  return seen;
}

describe('the search', () => {
  it('visits every state once, and shows the shortest way to one that breaks a property', () => {
    const { states, broken } = explore(
      walk(
        { 0: [1, 2], 1: [3], 2: [4], 3: [4], 4: [0] },
        { brokenIn: (at) => (at === 4 ? (['four'] as const) : []) },
      ),
    );
    expect(states).toBe(5);
    expect(broken).toEqual(new Map([['four', ['to 2', 'to 4']]]));
  });

  it('shows the shortest way to a step that breaks a property', () => {
    const { broken } = explore(
      walk(
        { 0: [1], 1: [2], 2: [1] },
        { brokenBy: (from, { to }) => (to < from ? (['down'] as const) : []) },
      ),
    );
    expect(broken.get('down')).toEqual(['to 1', 'to 2', 'to 1']);
  });

  it('says who takes a step, counted from 1', () => {
    const { broken } = explore({
      initial: 0,
      steps: (from) => (from === 0 ? [{ kind: 'sends', by: 1, to: 1 }] : []),
      brokenIn: (at) => (at === 1 ? (['sent'] as const) : []),
    });
    expect(broken.get('sent')).toEqual(['2 sends']);
  });

  it('ends at its limit: with the property that this breaks, or with an error', () => {
    const counts: Model<number, 'grows'> = {
      initial: 0,
      steps: (from) => [{ kind: 'counts', to: from + 1 }],
      limit: 10,
    };
    expect(() => explore(counts)).toThrow('The model has more than 10 states');
    expect(explore({ ...counts, unbounded: 'grows' })).toMatchObject({ states: 11 });
    expect([...explore({ ...counts, unbounded: 'grows' }).broken.keys()]).toEqual(['grows']);
  });

  it('ends where it has to, as soon as that property is broken', () => {
    const endless: Model<number, 'two'> = {
      initial: 0,
      steps: (from) => [{ kind: 'counts', to: from + 1 }],
      brokenIn: (at) => (at === 2 ? ['two'] : []),
      until: 'two',
    };
    expect(explore(endless).broken.get('two')).toEqual(['counts', 'counts']);
  });

  it('finds from where a goal cannot be reached any more', () => {
    const places = placesOf({ 0: [1, 2], 1: [3], 2: [2] });
    expect(cannotReach(places, ({ state }) => state === 3)?.state).toBe(2);
    expect(cannotReach(places, ({ state }) => state === 3 || state === 2)).toBeUndefined();
  });

  it('finds the nearest circle, and the longest run where there is none', () => {
    const circle = runs(placesOf({ 0: [1], 1: [2, 4], 2: [3], 3: [1] }), () => true).endless;
    expect(circle?.place.state).toBe(1);
    expect(circle?.circle).toEqual(['to 2', 'to 3', 'to 1']);
    const places = placesOf({ 0: [1, 2], 1: [3], 2: [3, 4], 3: [4] });
    const { endless, longest } = runs(
      places,
      () => true,
      () => 1,
    );
    expect(endless).toBeUndefined();
    expect(places.map((place) => longest.get(place))).toEqual([3, 2, 2, 1, 0]);
  });

  it('tells states apart that differ in one member, wherever it is', () => {
    const state = { up: true, record: undefined, list: [1, 2], inner: { a: 'x', b: null } };
    expect(keyOf({ ...state, list: [...state.list] })).toBe(keyOf(state));
    const others = [
      { ...state, up: false },
      { ...state, record: 0 },
      { ...state, list: [1] },
      { ...state, list: [2, 1] },
      { ...state, inner: { a: 'x', b: 0 } },
    ];
    expect(new Set([state, ...others].map(keyOf)).size).toBe(6);
  });
});

describe('a row of a table is wrong if', () => {
  const finding = (broken: Record<string, readonly string[]>) => () => ({
    states: 2,
    broken: new Map(Object.entries(broken)),
  });
  const row = (broken: Record<string, readonly string[]>, more: Partial<Case> = {}): Case => ({
    what: 'a rule switched off',
    runs: [{ of: 'rejects', breaks: ['A'], search: finding(broken) }],
    shows: { property: 'A', steps: 2 },
    ...more,
  });

  it.each([
    ['nothing breaks', row({}), ['rejects: not broken: A', 'never broken: A']],
    ['something else breaks as well', row({ A: ['x', 'y'], B: ['x'] }), ['rejects: B: x']],
    ['the way has another length', row({ A: ['x'] }), ['rejects: 1 steps: x']],
    [
      'the protocol breaks it as well',
      row({ A: ['x', 'y'] }, { protocol: finding({ A: ['z'] }) }),
      ['the protocol breaks it as well: A'],
    ],
  ])('%s', (_, wrong, complaints) => {
    expect(check(wrong).wrong).toEqual(complaints);
  });

  it('and is right if just what it names breaks, in as many steps', () => {
    const right = row({ A: ['x', 'y'] }, { protocol: finding({}) });
    expect(check(right)).toEqual({ states: 2, wrong: [], way: ['x', 'y'] });
  });
});
