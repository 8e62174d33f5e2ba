import { expect, it } from '@jest/globals';
import { shownAndThere } from '../../../test/support/shown-sources.ts';

it('docs/connections.md shows the sources that are compiled and tested, all of them, as they are', () => {
  const { shown, there } = shownAndThere('docs/connections.md', 'examples/connections/src');
  expect(shown).toEqual(there);
});
