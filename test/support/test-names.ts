import { parseSync } from '@swc/core';

interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Tables that tests are made from, by the name of the constant, so that `$member` in a test's name can be filled in. */
export type Tables = Readonly<Record<string, readonly object[]>>;

/** What stands in a name for a part that is filled in when the test runs. */
const VARIES = '…';
const BETWEEN = ' › ';
/** `rule` is what the contracts call a test. */
const CALLED = /^(?:describe|it|test|rule)$/;

/**
 * The full names of the tests in a file, and of the groups that they stand in: `group › test`. Read from the source,
 * without running it; what only a run can fill in is an ellipsis.
 */
export function testNames(code: string, tables: Tables = {}): string[] {
  const program = parseSync(code, { syntax: 'typescript', target: 'es2022' }) as unknown as Node;
  const names: string[] = [];
  visit(program, [], tables, names);
  return names;
}

function visit(node: Node, groups: readonly string[], tables: Tables, names: string[]): void {
  const own = namesOf(node, tables).map((name) => [...groups, name]);
  names.push(...own.map((path) => path.join(BETWEEN)));
  for (const value of Object.values(node))
    for (const child of nodesIn(value))
      for (const path of own.length > 0 ? own : [groups]) visit(child, path, tables, names);
}

/** The names that a call of `it`, `describe` or their `each` gives; none for any other node. */
function namesOf(node: Node, tables: Tables): string[] {
  if (node.type !== 'CallExpression') return [];
  const callee = node['callee'] as Node;
  const name = textOf(argumentsOf(node)[0]);
  if (name === undefined) return [];
  if (callee.type === 'Identifier' && CALLED.test(String(callee['value']))) return [name];
  if (callee.type !== 'CallExpression') return [];
  const { object, property } = callee['callee'] as {
    readonly object?: Node;
    readonly property?: Node;
  };
  if (!CALLED.test(String(object?.['value'])) || property?.['value'] !== 'each') return [];
  const table = argumentsOf(callee)[0];
  const rows = table?.type === 'Identifier' ? tables[String(table['value'])] : undefined;
  const filled = rows?.map((row) =>
    name.replace(/\$(\w+)/g, (whole, member: string) => String(Reflect.get(row, member) ?? whole)),
  );
  return [...new Set(filled ?? [name])].map((text) =>
    text.replace(/%[sdifjop#]|\$[\w.]+/g, VARIES),
  );
}

const argumentsOf = (call: Node): (Node | undefined)[] =>
  (call['arguments'] as readonly { readonly expression: Node }[]).map(
    ({ expression }) => expression,
  );

function textOf(node: Node | undefined): string | undefined {
  if (node?.type === 'StringLiteral') return String(node['value']);
  if (node?.type !== 'TemplateLiteral') return undefined;
  return (node['quasis'] as readonly { readonly cooked: string }[])
    .map(({ cooked }) => cooked)
    .join(VARIES);
}

function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  return 'type' in value ? [value as Node] : Object.values(value).flatMap(nodesIn);
}
