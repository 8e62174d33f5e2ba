import { all, named, type Node } from './syntax.ts';

/** Whether a statement stands at the top of its module. */
export const isAtTop = (statement: Node): boolean =>
  ['program', 'export_statement'].includes(String(statement.parent()?.kind()));

/** The declaration of a variable at the top of the module. */
export function moduleDeclarator(tree: Node, name: string): Node | undefined {
  return all(tree, 'variable_declarator').find((declarator) => {
    const declaration = declarator.parent();
    const isNamed = declarator.field('name')?.text() === name;
    return isNamed && declaration !== null && isAtTop(declaration);
  });
}

/** The function of this name at the top of the module, and the statement that declares it. */
export function moduleFunction(
  tree: Node,
  name: string,
): { readonly body: Node; readonly statement: Node } | undefined {
  const declared = all(tree, 'function_declaration').find(
    (one) => one.field('name')?.text() === name && isAtTop(one),
  );
  if (declared) return { body: declared, statement: statementOf(declared) };
  const declarator = moduleDeclarator(tree, name);
  const value = declarator?.field('value');
  const declaration = declarator?.parent();
  if (!value || !declaration || named(declaration).length !== 1) return undefined;
  return isFunction(value) ? { body: value, statement: statementOf(declaration) } : undefined;
}

const statementOf = (declaration: Node): Node => {
  const parent = declaration.parent();
  return parent?.kind() === 'export_statement' ? parent : declaration;
};

export const isFunction = (node: Node): boolean =>
  ['arrow_function', 'function_expression', 'function_declaration'].includes(String(node.kind()));

/** The statements by which a CommonJS module exports. */
export const commonjsExports = (tree: Node): Node[] =>
  all(tree, 'expression_statement').filter((one) => /^(?:module\.)?exports\b/.test(one.text()));

/** What `module.exports = ` is given. */
export const wholeExport = (tree: Node): Node | undefined => {
  const statement = commonjsExports(tree).find((one) => /^module\.exports\s*=/.test(one.text()));
  return (statement && named(statement)[0]?.field('right')) ?? undefined;
};
