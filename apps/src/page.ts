import { readFileSync } from 'node:fs';
import path from 'node:path';
import { importsOf, withoutExport } from '../../scripts/samples/module-of.ts';
import { root } from '../../scripts/workspace.ts';

/** A block of code of a page, with the heading above it as links name it. */
interface CodeBlock {
  readonly section: string;
  readonly language: string;
  readonly lines: readonly string[];
}

/** `// from docs/start/fetch.md#the-global-fetch:2`: the second block of that section stands here. */
const FROM = /^(\s*)\/\/ from (\S+\.md)#([\w-]+)(?::(\d+))?( before| after)?$/;
/** The hosts of which the pages speak: a reader has others. */
const HOSTS = /https:\/\/(?:api|id|identity)\.(?:example|acme)\.com/g;

export function blocksOfPage(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let section = '';
  let open: { language: string; lines: string[] } | undefined;
  for (const line of readFileSync(path.join(root, page), 'utf8').split('\n')) {
    if (open && line === '```') {
      blocks.push({ section, ...open });
      open = undefined;
    } else if (open) open.lines.push(line);
    else if (line.startsWith('```')) open = { language: line.slice(3), lines: [] };
    else if (/^#+ /.test(line)) section = slugOf(line.replace(/^#+ /, ''));
  }
  return blocks;
}

/** As a link says it. */
const slugOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, '')
    .replaceAll(' ', '-');

/** What the pages tell to install with npm. */
export function installed(pages: readonly string[]): string[] {
  const names = pages
    .flatMap(blocksOfPage)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ lines }) => lines)
    .flatMap((line) => /^npm install (?:--save-dev )?([^#]*)/.exec(line)?.[1]?.split(/\s+/) ?? []);
  return [...new Set(names.filter(Boolean))];
}

/** A file of an app: what its author has written, with the page's code where it belongs, for a server at `origin` if there is one. */
export function fill(template: string, origin?: string): string {
  const imports = new Set<string>();
  const lines = template.split('\n').flatMap((line) => {
    const [whole, indent = '', page = '', section = '', count = '1', side] = FROM.exec(line) ?? [];
    if (whole === undefined) return [line];
    const code = blockOf(page, section, Number(count), side);
    const { statements, body } = importsOf(code);
    for (const one of statements) imports.add(one);
    return indent === '' ? body : body.map(withoutExport);
  });
  const text = [...imports, ...lines].join('\n');
  return origin === undefined ? text : text.replaceAll(HOSTS, origin);
}

function blockOf(page: string, section: string, count: number, side?: string): readonly string[] {
  const languages = side === undefined ? ['ts', 'tsx', 'js'] : ['diff'];
  const found = blocksOfPage(page)
    .filter((block) => block.section === section && languages.includes(block.language))
    .at(count - 1);
  if (!found) throw new Error(`${page}#${section} has no block ${count} of ${languages.join()}`);
  return side === undefined ? found.lines : sideOf(found.lines, side.trim());
}

/** One side of a diff: `before` or `after`. */
function sideOf(lines: readonly string[], side: string): string[] {
  const other = side === 'before' ? '+' : '-';
  return lines.filter((line) => !line.startsWith(other)).map((line) => line.slice(1));
}
