import { describe } from '@jest/globals';
import { CHROMIUM, FIREFOX } from '../../../test/support/browsers.ts';
import { contractsInPages } from './support/contracts-in-pages.ts';

describe.each([CHROMIUM, FIREFOX].map((kind) => ({ kind, title: kind.title })))(
  '$title',
  ({ kind }) => {
    (kind.mayRun ? describe : describe.skip)('in real pages', () => contractsInPages(kind));
  },
);
