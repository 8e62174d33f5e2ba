import { isAtTop, moduleDeclarator } from './module.ts';
import { Refusal } from './remark.ts';
import { all, type Call, callOf, type Node, usesOf } from './syntax.ts';

/** The one call of the library, and the statement that it is. */
export interface Site {
  readonly call: Call;
  readonly statement: Node;
  /** The function of the module around it; `undefined`: it stands at the top of the module. */
  readonly wrapper: Node | undefined;
  /** The instance, as the file calls it. */
  readonly instance: string;
}

/** Where the library is called; `undefined`: nowhere. */
export function siteOf(tree: Node, functions: readonly string[]): Site | undefined {
  const calls = all(tree, 'call_expression')
    .map((node) => callOf(node))
    .filter((call) => call?.path?.length === 1 && functions.includes(call.path[0] ?? ''));
  const uses = functions.flatMap((name) => usesOf(tree, name)).filter((use) => !isInImport(use));
  const [call] = calls;
  if (!call) {
    const [use] = uses;
    if (use) throw new Refusal(use, 'by-hand', 'the function is handed on, and not called here');
    return undefined;
  }
  if (uses.length > calls.length || calls.length > 1)
    throw new Refusal(
      calls[1]?.node ?? call.node,
      'one-manager-for-a-session',
      'the function is called or handed on more than once: several instances of one session share one manager, `attachAuth(a, tokens); attachAuth(b, tokens)`',
    );
  const statement = call.node.parent();
  if (statement?.kind() !== 'expression_statement')
    throw new Refusal(
      call.node,
      'by-hand',
      'what the function returns is used: `attachAuth` returns a function that detaches, and no number',
    );
  const wrapper = wrapperOf(statement);
  const [first] = call.args;
  if (!first) throw new Refusal(call.node, 'by-hand', 'the function is called without an instance');
  return { call, statement, wrapper, instance: instanceOf(tree, first) };
}

const isInImport = (use: Node): boolean =>
  use.ancestors().some((one) => one.kind() === 'import_statement') ||
  use
    .ancestors()
    .some(
      (one) =>
        one.kind() === 'variable_declarator' &&
        /\brequire\(/.test(one.text()) &&
        !one.text().includes('=>'),
    );

const BODIES = [
  'arrow_function',
  'function_declaration',
  'function_expression',
  'method_definition',
];

/** The function around the call: the only one, declared at the top of the module. */
function wrapperOf(statement: Node): Node | undefined {
  const around = statement.ancestors().filter((one) => BODIES.includes(String(one.kind())));
  const [wrapper] = around;
  if (!wrapper) {
    if (isAtTop(statement)) return undefined;
    throw dynamic(statement);
  }
  const declaration =
    wrapper.kind() === 'arrow_function' || wrapper.kind() === 'function_expression'
      ? wrapper.parent()?.parent()
      : wrapper;
  const isDirect = statement.parent()?.parent()?.id() === wrapper.id();
  if (
    around.length > 1 ||
    !declaration ||
    !isAtTop(declaration) ||
    !isDirect ||
    wrapper.kind() === 'method_definition'
  )
    throw dynamic(statement);
  return wrapper;
}

const dynamic = (node: Node): Refusal =>
  new Refusal(
    node,
    'one-manager-for-a-session',
    'the instance is made, or the function called, for each object, component or case: one manager has to serve all instances of one session',
  );

/** The name of the instance, which the module itself declares or imports. */
function instanceOf(tree: Node, argument: Node): string {
  const name = argument.text();
  const isOfModule =
    argument.kind() === 'identifier' &&
    (moduleDeclarator(tree, name) !== undefined ||
      all(tree, 'import_statement').some((statement) => usesOf(statement, name).length > 0));
  if (!isOfModule) throw dynamic(argument);
  return name;
}
