// Of the random schedules, which take longer than all other tests, there is a sample under mutation.
import { expect, it } from '@jest/globals';
import { CLASSES, nameOf } from '../../packages/core/test/properties/classes.ts';
import { prove } from '../../packages/core/test/properties/prove.ts';
import { CORE } from '../../packages/core/test/properties/simulation/core.ts';

it.each(CLASSES.map((of) => ({ of, name: nameOf(of) })))(
  'a sample of schedules breaks no rule: $name',
  async ({ of }) => {
    const { failure } = await prove(CORE, of, { runs: 10, seed: 1, brief: true });
    expect(failure).toBeUndefined();
  },
);
