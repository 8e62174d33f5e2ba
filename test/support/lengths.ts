import { parseSync } from '@swc/core';

/** What a reader can keep in mind at once: lines of a function, and of a file. */
export const LONGEST = { function: 80, file: 250 };

interface Node {
  readonly type?: string;
  readonly [field: string]: unknown;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

// Stands before the code that is parsed: the parser counts on from file to file, and where this starts, the file does.
const ZERO = '0;';

/** What is longer than it may be: `the whole file`, or a function by its name, with those around it, and its lines. */
export function tooLong(code: string): string[] {
  const lines = code.trimEnd().split('\n').length;
  return [
    ...(lines > LONGEST.file ? [`the whole file: ${lines} lines`] : []),
    ...functionsIn(code)
      .filter((one) => one.lines > LONGEST.function)
      .map((one) => `${one.name}: ${one.lines} lines`),
  ];
}

interface FunctionLines {
  readonly name: string;
  readonly lines: number;
}

/** Every function of a file, methods and nameless ones included; the functions in it count towards its lines. */
function functionsIn(source: string): FunctionLines[] {
  const code = source.replace(/^#!/, '//'); // of a program
  const bytes = Buffer.from(ZERO + code);
  const program = parseSync(ZERO + code, { syntax: 'typescript', target: 'es2022' });
  const found: FunctionLines[] = [];
  const visit = (value: unknown, name: string, around: string): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, name, around);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    const node = value as Node;
    const own = nameOf(node) ?? name;
    let inside = around;
    if (isFunction(node)) {
      inside = `${around}${around && ' › '}${own}`;
      const { start, end } = node['span'] as Span;
      const text = bytes.subarray(start - program.span.start, end - program.span.start).toString();
      found.push({ name: inside, lines: text.split('\n').length });
    }
    for (const child of Object.values(node))
      visit(child, inside === around ? own : 'nameless', inside);
  };
  visit(program.body, 'nameless', '');
  return found;
}

/** The tree has functions of their own and, for methods, a part without a type that has the body: that one is left out. */
const isFunction = ({ type }: Node): boolean =>
  type !== undefined &&
  /^(?:Function(?:Declaration|Expression)|ArrowFunctionExpression|ClassMethod|PrivateMethod|Constructor|MethodProperty|GetterProperty|SetterProperty)$/.test(
    type,
  );

/** The name that a node gives to the function in it, or has itself. */
function nameOf(node: Node): string | undefined {
  const named =
    node['identifier'] ?? node['key'] ?? (node.type === 'VariableDeclarator' && node['id']);
  const value = (named as Node | undefined | false | null) || undefined;
  return typeof value?.['value'] === 'string' ? value['value'] : undefined;
}
