import path from 'node:path/posix';

/** What the site shows of the repository's pages: `docs/start/axios.md` is `start/axios.md`, a package's README `packages/axios.md`. */
export function placeOf(page: string): string {
  if (page === 'README.md') return 'index.md';
  if (page.endsWith('/README.md')) {
    const folder = path.dirname(page).replace(/^docs\//, '');
    return page.startsWith('docs/') ? `${folder}/index.md` : `${folder}.md`;
  }
  return page.replace(/^docs\//, '').replace(/^[A-Z]+\.md$/, (name) => name.toLowerCase());
}

const IS_IMAGE = /\.(?:svg|png)$/;

/** Where an image of the repository is on the site. */
export const imageOf = (file: string): string => `/${path.basename(file)}`;

/**
 * A page as the site has it: links lead to the places of other pages. Of a link to what is no page, such as a folder of
 * sources, its text stays: where the repository is found, only its owner knows.
 *
 * @param pages every page that the site has, by its path in the repository
 */
export function textOf(page: string, text: string, pages: ReadonlySet<string>): string {
  const to = (link: string): string | undefined => {
    if (/^[a-z]+:/.test(link)) return link;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? page : path.join(path.dirname(page), file).replace(/\/$/, '');
    if (IS_IMAGE.test(target)) return imageOf(target);
    const found = [target, `${target}/README.md`].find((one) => pages.has(one));
    if (found === undefined) return undefined;
    const address = `/${placeOf(found).replace(/(?:^|(?<=\/))index\.md$|\.md$/, '')}`;
    return anchor === undefined ? address : `${address}#${anchor}`;
  };
  return outsideOfCode(text, (prose) =>
    prose
      .replace(/\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g, (_, shown: string, link: string) => {
        const address = to(link);
        return address === undefined ? shown : `[${shown}](${address})`;
      })
      .replace(/(?<= src=")([^"]+)(?=")/g, (link) => to(link) ?? link),
  );
}

/** What comments say to the compiler and to tests is nobody's reading, and code is left as it is. */
function outsideOfCode(text: string, change: (prose: string) => string): string {
  return text
    .replace(/^<!-- (?:(?:given|run by|not run): .*|\S+\.tsx?) -->\n+/gm, '')
    .split(/^(```[^]*?^```)$/m)
    .map((part) => (part.startsWith('```') ? part : change(part)))
    .join('');
}
