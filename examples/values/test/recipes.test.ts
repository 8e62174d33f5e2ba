import { expect, it } from '@jest/globals';
import { shownAndThere } from '../../../test/support/shown-sources.ts';

it('docs/renewable.md shows the sources that are compiled and tested, all of them, as they are', () => {
  const { shown, there } = shownAndThere('docs/renewable.md', 'examples/values/src');
  expect(shown).toEqual(there);
});
