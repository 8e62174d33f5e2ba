// A model of the protocol in docs/protocol.md, searched in full: every order of the steps of a few processes, of the server's
// answers and of the faults. What the model leaves out are clocks, a store that goes back, another sign-in, and the waits of F3
// and F5; those are in ../properties/, on the real code.
import { describe, expect, it } from '@jest/globals';
import type { Property } from './properties.ts';
import { AT_ONCE, type Found, WHOLE, WITHOUT } from './recorded.ts';
import { type Question, search } from './search.ts';
import { MODES } from './state.ts';

/** The states, and what is broken that is not `already`; in an order of its own. */
const found = (question: Question, already: Question = question): Found => {
  const { states, broken } = search(question);
  const known = already === question ? new Map<Property, unknown>() : search(already).broken;
  return [states, ...[...broken.keys()].filter((property) => !known.has(property)).sort()];
};

describe('the whole protocol keeps what is promised, and breaks only what the server makes impossible', () => {
  it.each(WHOLE)('$what', (recorded) => {
    for (const mode of MODES)
      expect([mode, ...found({ ...recorded, mode })]).toEqual([mode, ...recorded[mode]]);
  });
});

describe('with one rule switched off, without', () => {
  it.each(WITHOUT)('$what', (recorded) => {
    for (const mode of MODES)
      expect([mode, ...found({ ...recorded, mode }, { ...recorded, mode, rules: {} })]).toEqual([
        mode,
        ...recorded[mode],
      ]);
  });
});

describe('three processes redeem one refresh token at once', () => {
  it.each(AT_ONCE)(
    '$most times at most: $what, $leases leases run out',
    ({ rules, leases, states, most }) => {
      const { states: reached, overlap } = search({
        mode: 'grace',
        processes: 3,
        flights: 1,
        faults: { leases },
        rules,
      });
      expect([reached, overlap]).toEqual([states, most]);
    },
  );
});

it('a property that is broken comes with the shortest way there', () => {
  const { broken } = search({ mode: 'neverRotates', flights: 1, rules: { storeFirst: false } });
  expect(broken.get('D5')?.at(-1)).toMatch(/shows what is not stored/);
});
