import { parseSync } from '@swc/core';

export interface Import {
  from: string;
  /** Gone at run time: `import type`, `export type`, `typeof import()`, `declare module`. `import { type A }` is not. */
  typeOnly: boolean;
}

/** What the rules of the house ask of one file. */
export interface SourceFile {
  imports: Import[];
  /** Names declared at the top that hold something that can change: `let`, `var`, and collections that start empty. */
  moduleState: string[];
  /** Static methods in use, such as `AbortSignal.any`. */
  members: string[];
  /** Names that are read without an object in front of them and that the file does not declare: globals. */
  globals: string[];
}

interface Node {
  type: string;
  [field: string]: unknown;
}

const COLLECTIONS = ['Map', 'Set', 'WeakMap', 'WeakSet', 'Array'];

export function readSource(code: string): SourceFile {
  const program = parseSync(code, { syntax: 'typescript', target: 'es2022' }) as unknown as Node;
  const found: SourceFile = { imports: [], moduleState: [], members: [], globals: [] };
  for (const statement of nodesIn(program['body'])) found.moduleState.push(...stateIn(statement));
  const declared = new Set<string>();
  visit(program, found, declared);
  found.globals = found.globals.filter((name) => !declared.has(name));
  return found;
}

function visit(node: Node, found: SourceFile, declared: Set<string>): void {
  const imported = importIn(node);
  if (imported) found.imports.push(imported);
  if (node.type === 'Identifier') found.globals.push(nameOf(node));
  if (node.type === 'VariableDeclarator') declared.add(nameOf(node['id']));
  if (node.type === 'AssignmentPatternProperty') declared.add(nameOf(node['key']));
  if (node.type === 'MemberExpression') found.members.push(memberName(node));
  for (const [field, value] of Object.entries(node)) {
    // `a.window` and `{ window: 1 }` name a property, not the global.
    const isPropertyName =
      (field === 'property' || field === 'key') && nodesIn(value)[0]?.type === 'Identifier';
    if (!isPropertyName) for (const child of nodesIn(value)) visit(child, found, declared);
  }
}

function importIn(node: Node): Import | undefined {
  const source = textOf(node['source']);
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return source === undefined
        ? undefined
        : { from: source, typeOnly: node['typeOnly'] === true };
    case 'TsImportType':
      return { from: textOf(node['argument']) ?? '', typeOnly: true };
    case 'TsModuleDeclaration': {
      const name = nodesIn(node['id'])[0];
      return name?.type === 'StringLiteral'
        ? { from: textOf(name) ?? '', typeOnly: true }
        : undefined;
    }
    case 'CallExpression':
      return callsModule(node)
        ? { from: argumentText(node) ?? '(computed)', typeOnly: false }
        : undefined;
    default:
      return undefined;
  }
}

function callsModule(node: Node): boolean {
  const callee = nodesIn(node['callee'])[0];
  return (
    callee?.type === 'Import' || (callee?.type === 'Identifier' && callee['value'] === 'require')
  );
}

function argumentText(node: Node): string | undefined {
  const [first] = node['arguments'] as { expression: Node }[];
  return textOf(first?.expression);
}

function memberName(node: Node): string {
  const [object] = nodesIn(node['object']);
  const owner =
    object?.type === 'MemberExpression' ? memberName(object).split('.').at(-1) : nameOf(object);
  return `${owner ?? ''}.${nameOf(node['property'])}`;
}

function stateIn(statement: Node): string[] {
  const declaration =
    statement.type === 'ExportDeclaration' ? nodesIn(statement['declaration'])[0] : statement;
  if (declaration?.type !== 'VariableDeclaration' || declaration['declare'] === true) return [];
  const changes = declaration['kind'] !== 'const';
  return nodesIn(declaration['declarations']).flatMap((one) => {
    const name = nameOf(one['id']);
    return changes || startsEmpty(nodesIn(one['init'])[0]) ? [name] : [];
  });
}

function startsEmpty(value: Node | undefined): boolean {
  if (value?.type === 'ArrayExpression') return nodesIn(value['elements']).length === 0;
  if (value?.type === 'ObjectExpression') return nodesIn(value['properties']).length === 0;
  if (value?.type !== 'NewExpression') return false;
  const name = nameOf(value['callee']);
  return (
    COLLECTIONS.includes(name) && ((value['arguments'] as unknown[] | null) ?? []).length === 0
  );
}

function textOf(value: unknown): string | undefined {
  const [node] = nodesIn(value);
  return node?.type === 'StringLiteral' ? valueOf(node) : undefined;
}

function nameOf(value: unknown): string {
  const [node] = nodesIn(value);
  return (node && valueOf(node)) ?? '';
}

function valueOf(node: Node): string | undefined {
  return typeof node['value'] === 'string' ? node['value'] : undefined;
}

// The parts of the tree that are wrapped without a type of their own (an argument's `expression`) are looked through.
function nodesIn(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (typeof value !== 'object' || value === null) return [];
  if (isNode(value)) return [value];
  return Object.values(value).flatMap(nodesIn);
}

function isNode(value: object): value is Node {
  return 'type' in value && typeof value.type === 'string';
}
