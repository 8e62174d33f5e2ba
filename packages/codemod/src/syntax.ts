import { Lang, parse, type Edit, type SgNode } from '@ast-grep/napi';

/** A node of a syntax tree. */
export type Node = SgNode;
export type { Edit };

/** What parses a file, by its extension. */
const LANGUAGES: Readonly<Record<string, Lang>> = {
  '.ts': Lang.TypeScript,
  '.mts': Lang.TypeScript,
  '.cts': Lang.TypeScript,
  '.tsx': Lang.Tsx,
  '.js': Lang.JavaScript,
  '.jsx': Lang.JavaScript,
  '.mjs': Lang.JavaScript,
  '.cjs': Lang.JavaScript,
};

/** The extension of a file's name with its dot, in lower case. */
export const extensionOf = (file: string): string => /\.\w+$/.exec(file)?.[0].toLowerCase() ?? '';

/** The syntax tree; `undefined`: no parser for this extension, or the file has a syntax error. */
export function treeOf(source: string, file: string): Node | undefined {
  const language = LANGUAGES[extensionOf(file)];
  if (language === undefined) return undefined;
  const tree = parse(language, source).root();
  return isBroken(tree) ? undefined : tree;
}

const isBroken = (tree: Node): boolean => all(tree, 'ERROR').length > 0;

/** Every node of this kind, itself included, in the order of the source. */
export function all(node: Node, kind: string): Node[] {
  try {
    return node.findAll({ rule: { kind } });
  } catch {
    return []; // JavaScript has none of the kinds of types
  }
}

/** The children that are no punctuation and no comment. */
export const named = (node: Node | null): Node[] =>
  node?.children().filter((child) => child.isNamed() && child.kind() !== 'comment') ?? [];

/** The line of a node, counted from 1. */
export const lineOf = (node: Node): number => node.range().start.line + 1;

export const startOf = (node: Node): number => node.range().start.index;
export const endOf = (node: Node): number => node.range().end.index;

/** Whether a node lies within another one, or is that one. */
export const isWithin = (node: Node, outer: Node): boolean =>
  startOf(node) >= startOf(outer) && endOf(node) <= endOf(outer);

/** The expression without parentheses, casts and `!` around it. */
export function bare(node: Node): Node {
  const isAround = [
    'parenthesized_expression',
    'as_expression',
    'satisfies_expression',
    'non_null_expression',
  ].includes(String(node.kind()));
  const [inner] = named(node);
  return isAround && inner ? bare(inner) : node;
}

/** The text of a string without its quotes; `undefined`: no string, or one with something in it. */
export function textOf(node: Node | undefined): string | undefined {
  const isString = node?.kind() === 'string' || node?.kind() === 'template_string';
  if (!node || !isString || all(node, 'template_substitution').length > 0) return undefined;
  return node.text().slice(1, -1);
}

/** `a.b?.['c']` as `['a', 'b', 'c']`; `undefined`: anything with a call or a computed name in it. */
export function pathOf(node: Node): string[] | undefined {
  const inner = bare(node);
  const kind = String(inner.kind());
  if (kind === 'identifier' || kind === 'this') return [inner.text()];
  if (kind !== 'member_expression' && kind !== 'subscript_expression') return undefined;
  const object = inner.field('object');
  const property =
    kind === 'member_expression'
      ? inner.field('property')?.text()
      : textOf(inner.field('index') ?? undefined);
  const before = object && pathOf(object);
  return before && property !== undefined ? [...before, property] : undefined;
}

/** A call: what is called, as a path, and with what. */
export interface Call {
  readonly node: Node;
  /** `undefined`: what is called is no plain path. */
  readonly path: readonly string[] | undefined;
  readonly args: readonly Node[];
}

/** `undefined`: not a call. */
export function callOf(node: Node | undefined | null): Call | undefined {
  const inner = node && bare(node);
  const callee = inner?.kind() === 'call_expression' ? inner.field('function') : null;
  if (!inner || !callee) return undefined;
  return { node: inner, path: pathOf(callee), args: named(inner.field('arguments')) };
}

const NAMES = [
  'identifier',
  'shorthand_property_identifier',
  'shorthand_property_identifier_pattern',
  'type_identifier',
];

/** Every place where a name stands for a variable or a type, and not for a member. */
export const usesOf = (tree: Node, name: string): Node[] =>
  NAMES.flatMap((kind) => all(tree, kind)).filter((node) => node.text() === name);

/** The names that a parameter or a declaration binds. */
export const namesIn = (pattern: Node | null | undefined): string[] =>
  pattern
    ? ['identifier', 'shorthand_property_identifier_pattern']
        .flatMap((kind) => all(pattern, kind))
        .map((node) => node.text())
    : [];

/** An edit of a range of the source. */
export const edit = (startPos: number, endPos: number, insertedText: string): Edit => ({
  startPos,
  endPos,
  insertedText,
});

/** The text with these edits, which do not overlap. Offsets count from `from`. */
export function edited(text: string, edits: readonly Edit[], from = 0): string {
  let result = text;
  for (const { startPos, endPos, insertedText } of edits.toSorted(
    (a, b) => b.startPos - a.startPos,
  ))
    result = result.slice(0, startPos - from) + insertedText + result.slice(endPos - from);
  return result;
}

/** Stands for the end of a line within a template, whose spaces are not to be touched. */
const LINE_OF_TEMPLATE = '\uF8FE';

/** The text of a node from the margin of the line that it begins in, with these edits. */
export function textFromMargin(node: Node, edits: readonly Edit[] = []): string {
  const before = node.getRoot().root().text().slice(0, startOf(node));
  const margin = /^[ \t]*/.exec(before.slice(before.lastIndexOf('\n') + 1))?.[0].length ?? 0;
  const templates = all(node, 'template_string')
    .flatMap((template) => all(template, 'string_fragment'))
    .filter((text) => text.text().includes('\n'))
    .map((text) =>
      edit(startOf(text), endOf(text), text.text().replaceAll('\n', LINE_OF_TEMPLATE)),
    );
  return edited(node.text(), [...edits, ...templates], startOf(node)).replaceAll(
    new RegExp(`\\n[ \\t]{0,${margin}}`, 'g'),
    '\n',
  );
}

/** The text with each line but the first moved by a margin, and with its templates as they were. */
export const moved = (text: string, margin: string): string =>
  text.replaceAll(/\n(?=.)/g, `\n${margin}`).replaceAll(LINE_OF_TEMPLATE, '\n');
