import type { Block } from './blocks.ts';

/** A module that the compiler can check, and the line of the page that each of its lines comes from. */
export interface Sample {
  readonly text: string;
  readonly lines: readonly number[];
}

const IMPORT =
  /^import (?:type )?(?:(\w+)(?:, )?)?(?:\{([^}]*)\}|\* as (\w+))? ?(?:from )?'[^']+';$/;

/**
 * One module of the blocks of a page, so that a block may use what an earlier one has declared, and may declare it once more:
 * each is a scope within the one before. Imports come first, each once.
 */
export function moduleOf(blocks: readonly Block[]): Sample {
  const text: string[] = [];
  const lines: number[] = [];
  const add = (line: string, at: number): void => void (text.push(line), lines.push(at));
  const imported = new Set<string>();
  const bodies = blocks.map((block) => {
    const { imports, body } = splitImports(block);
    for (const { statement, line } of imports)
      for (const one of eachImport(statement)) {
        if (!imported.has(one)) add(one, line);
        imported.add(one);
      }
    return { given: block.given, body };
  });
  for (const { body } of bodies.filter(({ given }) => given))
    for (const { text: line, at } of body) add(line, at);
  const shown = bodies.filter(({ given }) => !given);
  for (const { body } of shown) {
    add('{', 0);
    for (const { text: line, at } of body) add(withoutExport(line), at);
  }
  add('}'.repeat(shown.length), 0);
  add('export {};', 0);
  return { text: text.join('\n'), lines };
}

/** Within a scope nothing can be exported. */
export const withoutExport = (line: string): string =>
  line.replace(/^export (?:default )?(?=\w)/, '');

interface Line {
  readonly text: string;
  readonly at: number;
}

function splitImports({ lines, line }: Block): {
  readonly imports: readonly { readonly statement: string; readonly line: number }[];
  readonly body: readonly Line[];
} {
  const imports: { statement: string; line: number }[] = [];
  const body: Line[] = [];
  for (let index = 0; index < lines.length; index++) {
    const first = line + index;
    let statement = lines[index] ?? '';
    if (!/^import\b(?!\()/.test(statement)) {
      body.push({ text: statement, at: first });
      continue;
    }
    while (!/;(?: *\/\/.*)?$/.test(statement) && index + 1 < lines.length)
      statement += ` ${(lines[++index] ?? '').trim()}`;
    imports.push({ statement: statement.replace(/; *\/\/.*$/, ';'), line: first });
  }
  return { imports, body };
}

/** The imports of some code, one statement a name, and the rest of it. */
export function importsOf(lines: readonly string[]): { statements: string[]; body: string[] } {
  const { imports, body } = splitImports({ given: false, lines, line: 1 });
  return {
    statements: imports.flatMap(({ statement }) => eachImport(statement)),
    body: body.map(({ text }) => text),
  };
}

/** An import of several names as one statement for each, so that a name that two blocks import is there once. */
function eachImport(statement: string): string[] {
  const [, byDefault, names, space] = IMPORT.exec(statement) ?? [];
  const [from] = /'[^']+'/.exec(statement) ?? [];
  const found = [
    ...(byDefault ? [`import ${byDefault} from ${from};`] : []),
    ...(space ? [`import * as ${space} from ${from};`] : []),
    ...(names ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => {
        const type = statement.startsWith('import type ') || name.startsWith('type ');
        return `import ${type ? 'type ' : ''}{ ${name.replace(/^type /, '')} } from ${from};`;
      }),
  ];
  return found.length > 0 ? found : [statement];
}
