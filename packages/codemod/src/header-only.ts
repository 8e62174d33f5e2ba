import { isFunction } from './module.ts';
import { all, bare, callOf, named, namesIn, type Node, pathOf } from './syntax.ts';

/** What a header is called at the end of a path such as `config.headers.Authorization`; `undefined`: no header. */
export function headerOf(path: readonly string[] | undefined): string | undefined {
  const at = path?.lastIndexOf('headers') ?? -1;
  if (!path || at < 0 || at === path.length - 1) return undefined;
  return path.at(-1);
}

export const isAuthorization = (header: string | undefined): boolean =>
  header?.toLowerCase() === 'authorization';

/** A statement that writes a header: `config.headers.a = b`, or `config.headers.set('a', b)`. */
export interface HeaderWrite {
  /** The variable that the path begins with. */
  readonly root: string;
  readonly path: readonly string[];
  readonly header: string;
  readonly value: Node;
}

/** `undefined`: the statement does something else. */
export function headerWriteOf(statement: Node): HeaderWrite | undefined {
  const [expression] = statement.kind() === 'expression_statement' ? named(statement) : [];
  if (!expression) return undefined;
  if (expression.kind() === 'assignment_expression') {
    const path = pathOf(expression.field('left') ?? expression);
    const header = headerOf(path);
    const value = expression.field('right');
    return path && header && value ? { root: path[0] ?? '', path, header, value } : undefined;
  }
  const call = callOf(expression);
  const [name, value] = call?.args ?? [];
  const isSet = call?.path?.at(-1) === 'set' && call.path.at(-2) === 'headers';
  if (!call?.path || !isSet || !name || !value) return undefined;
  return { root: call.path[0] ?? '', path: call.path, header: name.text().slice(1, -1), value };
}

/**
 * Whether a function that gets a request's config does nothing but set `Authorization`: an interceptor, or `onRetry`. What
 * it reads for that is not looked at.
 */
export function setsOnlyAuthorization(node: Node): boolean {
  if (!isFunction(node) && node.kind() !== 'method_definition') return false;
  const parameters = node.field('parameters') ?? node.field('parameter');
  const [config, ...others] = namesIn(parameters);
  const body = node.field('body');
  if (!config || others.length > 0 || body?.kind() !== 'statement_block') return false;
  return named(body).every((statement) => isAboutTheHeader(statement, config));
}

function isAboutTheHeader(statement: Node, config: string): boolean {
  const mentions = all(statement, 'identifier').filter((one) => one.text() === config);
  switch (String(statement.kind())) {
    case 'lexical_declaration':
      return mentions.length === 0 && all(statement, 'await_expression').length === 0;
    case 'return_statement':
      return isConfig(named(statement)[0], config);
    case 'statement_block':
      return named(statement).every((one) => isAboutTheHeader(one, config));
    case 'if_statement': {
      const branches = [statement.field('consequence'), ...named(statement.field('alternative'))];
      return branches.every((one) => !one || isAboutTheHeader(one, config));
    }
    case 'expression_statement': {
      const write = headerWriteOf(statement);
      const deleted = /^delete (.*?);?$/.exec(statement.text())?.[1];
      return (
        (write?.root === config && isAuthorization(write.header)) ||
        (deleted !== undefined && /\bauthorization\b/i.test(deleted)) ||
        statement.text().startsWith('console.')
      );
    }
    default:
      return false;
  }
}

function isConfig(node: Node | undefined, config: string): boolean {
  const resolved = callOf(node);
  const value = resolved?.path?.join('.') === 'Promise.resolve' ? resolved.args[0] : node;
  return value !== undefined && bare(value).text() === config;
}
