import { Refusal } from './remark.ts';
import { all, callOf, named, type Node, textOf } from './syntax.ts';

const LIBRARY = 'axios-auth-refresh';
const FUNCTIONS = ['default', 'createAuthRefreshInterceptor', 'createAuthRefresh'];
const REQUEST_CONFIG = 'AxiosAuthRefreshRequestConfig';

/** How a file gets the library. */
export interface Imported {
  /** The statements that import it. */
  readonly statements: readonly Node[];
  readonly isCommonjs: boolean;
  /** The names that the file gives to its function. */
  readonly functions: readonly string[];
  /** The names that the file gives to the type of a request's config. */
  readonly configs: readonly string[];
}

/** What the file imports of it; `undefined`: nothing. */
export function importOf(tree: Node): Imported | undefined {
  const modules = all(tree, 'import_statement').filter(
    (statement) => textOf(statement.field('source') ?? undefined) === LIBRARY,
  );
  const required = all(tree, 'call_expression')
    .map((node) => callOf(node))
    .filter((call) => call?.path?.join('.') === 'require' && textOf(call.args[0]) === LIBRARY)
    .flatMap((call) => call?.node ?? []);
  const dynamic = all(tree, 'string').find(
    (node) =>
      textOf(node) === LIBRARY &&
      ![...modules, ...required].some((one) => one.range().start.line === node.range().start.line),
  );
  if (dynamic)
    throw new Refusal(
      dynamic,
      'by-hand',
      'the library is imported or mocked in a way that is not known here',
    );
  if (modules.length === 0 && required.length === 0) return undefined;
  const names = [
    ...modules.flatMap((statement) => namesOfImport(statement)),
    ...required.flatMap((call) => namesOfRequire(call)),
  ];
  return {
    statements: [...modules, ...required.map((call) => declarationAround(call))],
    isCommonjs: modules.length === 0,
    functions: names.filter(([what]) => FUNCTIONS.includes(what)).map(([, local]) => local),
    configs: names.filter(([what]) => what === REQUEST_CONFIG).map(([, local]) => local),
  };
}

type Name = readonly [what: string, local: string];

function namesOfImport(statement: Node): Name[] {
  const clause = named(statement).find((node) => node.kind() === 'import_clause');
  return named(clause ?? null).flatMap((part): Name[] => {
    if (part.kind() === 'identifier') return [['default', part.text()]];
    if (part.kind() !== 'named_imports')
      throw new Refusal(
        part,
        'by-hand',
        'the library is imported as a whole: import its function by name',
      );
    return named(part).map((one) => {
      const [what, local] = named(one).map((node) => node.text());
      const name: Name = [what ?? '', local ?? what ?? ''];
      if (![...FUNCTIONS, REQUEST_CONFIG, 'AxiosAuthRefreshOptions'].includes(name[0]))
        throw new Refusal(
          one,
          'by-hand',
          `\`${name[0]}\` of the library has nothing that replaces it`,
        );
      return name;
    });
  });
}

function namesOfRequire(required: Node): Name[] {
  const declarator = declaratorAround(required);
  const target = declarator?.field('name');
  if (!declarator || !target) throw unknownRequire(required);
  if (target.kind() === 'identifier') return [['default', target.text()]];
  return named(target).map((one): Name => {
    const [what, local] = one.kind() === 'pair_pattern' ? named(one) : [one, one];
    if (!what || !local || !FUNCTIONS.includes(what.text())) throw unknownRequire(one);
    return [what.text(), local.text()];
  });
}

const unknownRequire = (node: Node): Refusal =>
  new Refusal(node, 'by-hand', '`require` of the library stands in a place that is not known here');

/** `const a = require('x')` or `const a = require('x').default`, alone in its declaration. */
function declaratorAround(required: Node): Node | undefined {
  const parent = required.parent();
  const isDefault =
    parent?.kind() === 'member_expression' && parent.field('property')?.text() === 'default';
  const declarator = isDefault ? parent.parent() : parent;
  return declarator?.kind() === 'variable_declarator' ? declarator : undefined;
}

function declarationAround(required: Node): Node {
  const declaration = declaratorAround(required)?.parent();
  if (!declaration || named(declaration).length !== 1) throw unknownRequire(required);
  return declaration;
}
