import { describe, expect, it } from '@jest/globals';
import { imageOf, placeOf, textOf } from '../src/pages.ts';

const pages = new Set([
  'README.md',
  'docs/reference.md',
  'docs/start/axios.md',
  'packages/core/README.md',
  'docs/decisions/README.md',
]);
const at = (page: string, text: string): string => textOf(page, text, pages);

describe('a page of the repository on the site', () => {
  it.each([
    ['README.md', 'index.md'],
    ['docs/start/axios.md', 'start/axios.md'],
    ['packages/core/README.md', 'packages/core.md'],
    ['docs/decisions/README.md', 'decisions/index.md'],
    ['CONTRIBUTING.md', 'contributing.md'],
  ])('%s is %s', (page, place) => {
    expect(placeOf(page)).toBe(place);
  });

  it('links to other pages where they are on the site', () => {
    expect(
      at(
        'docs/start/axios.md',
        '[a](../reference.md#errors), [b](../../packages/core), [c](#here)\n[d\ne](../../README.md)',
      ),
    ).toBe('[a](/reference#errors), [b](/packages/core), [c](/start/axios#here)\n[d\ne](/)');
    expect(at('README.md', '[decisions](docs/decisions/)')).toBe('[decisions](/decisions/)');
  });

  it('keeps the text of a link to what is no page, and every address', () => {
    expect(at('README.md', '[sources](packages/core/src), [site](https://example.com)')).toBe(
      'sources, [site](https://example.com)',
    );
  });

  it('shows images from one place', () => {
    expect(at('README.md', '<img src="docs/one.svg" width="1">')).toBe(
      '<img src="/one.svg" width="1">',
    );
    expect(imageOf('docs/one.svg')).toBe('/one.svg');
  });

  it('leaves code as it is, and out what only a compiler reads', () => {
    expect(
      at(
        'README.md',
        '<!-- given: declare const a: 1; -->\n\n```md\n[a](docs/reference.md)\n```\n',
      ),
    ).toBe('```md\n[a](docs/reference.md)\n```\n');
  });
});
