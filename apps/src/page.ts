import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Fence, partsOf } from '../../scripts/samples/fences.ts';
import { importsOf, withoutExport } from '../../scripts/samples/module-of.ts';
import { root } from '../../scripts/workspace.ts';

/**
 * `// from docs/start/fetch.md#the-global-fetch:2`: the second block of that section stands here. With `before` or `after` at its
 * end, one side of it.
 */
const FROM = /^(\s*)\/\/ from (\S+\.md)#([\w-]+)(?::(\d+))?( before| after)?$/;
/** The hosts of which the pages speak: a reader has others. */
const HOSTS =
  /https:\/\/(?:(?:api|id|identity|cfg)\.(?:example|acme)\.com|(?:api|id)\.crm\.example)/g;
/** The port of which they speak, which may be taken here. */
const PORT = /\bport: 8080\b/g;

/** A place of a template where a block of a page stands. */
interface Place {
  readonly indent: string;
  readonly page: string;
  readonly fence: Fence;
  readonly side: string | undefined;
}

/** What the pages tell to install with npm. */
export function installed(pages: readonly string[]): string[] {
  const names = pages
    .flatMap((page) => partsOf(read(page)).fences)
    .filter(({ language }) => language === 'sh')
    .flatMap(({ lines }) => lines)
    .flatMap((line) => /^npm install (?:--save-dev )?([^#]*)/.exec(line)?.[1]?.split(/\s+/) ?? []);
  return [...new Set(names.filter(Boolean))];
}

/** A file of an app: what its author has written, with the page's code where it belongs, for a server at `origin` if there is one. */
export function fill(template: string, origin?: string): string {
  const imports = new Set<string>();
  const lines = template.split('\n').flatMap((line) => {
    const place = placeIn(line);
    if (place === undefined) return [line];
    const { indent, fence, side } = place;
    const code = side === undefined ? fence.lines : sideOf(fence, side);
    const { statements, body } = importsOf(code);
    for (const one of statements) imports.add(one);
    return indent === '' ? body : body.map(withoutExport);
  });
  const text = [...imports, ...lines].join('\n');
  return origin === undefined ? text : text.replaceAll(HOSTS, origin).replaceAll(PORT, 'port: 0');
}

/** The blocks that a file of an app takes from pages, by the line where each begins. */
export function blocksIn(template: string): { readonly page: string; readonly line: number }[] {
  return template.split('\n').flatMap((line) => {
    const place = placeIn(line);
    return place ? [{ page: place.page, line: place.fence.line }] : [];
  });
}

function placeIn(line: string): Place | undefined {
  const [whole, indent = '', page = '', section = '', count = '1', side] = FROM.exec(line) ?? [];
  if (whole === undefined) return undefined;
  const inSection = partsOf(read(page)).fences.filter((fence) => fence.section === section);
  const nth = (languages: RegExp): Fence | undefined =>
    inSection.filter(({ language }) => languages.test(language)).at(Number(count) - 1);
  const fence = (side && nth(/^diff$/)) || nth(/^(?:tsx?|js)$/);
  if (!fence) throw new Error(`${page}#${section} has no block ${count}`);
  return { indent, page, fence, side: side?.trim() };
}

/** One side of a diff, or what stands below `// before` or `// after`. */
function sideOf({ language, lines }: Fence, side: string): string[] {
  if (language === 'diff') {
    const other = side === 'before' ? '+' : '-';
    return lines.filter((line) => !line.startsWith(other)).map((line) => line.slice(1));
  }
  const [before, after] = ['// before', '// after'].map((mark) =>
    lines.findIndex((line) => line.startsWith(mark)),
  );
  return side === 'before' ? lines.slice(before, after) : lines.slice(after);
}

const read = (page: string): string => readFileSync(path.join(root, page), 'utf8');
