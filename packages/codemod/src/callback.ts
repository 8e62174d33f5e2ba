import { isFunction, moduleFunction } from './module.ts';
import { Refusal } from './remark.ts';
import { isRequest, requestIn } from './request.ts';
import { all, callOf, type Call, isWithin, named, namesIn, type Node, usesOf } from './syntax.ts';

/** The function that refreshes, taken apart: what it asks the server, what it does with the answer, and what when that fails. */
export interface Callback {
  readonly node: Node;
  /** The statement that declares it, where nothing else uses it; it goes with the call. */
  readonly declaration: Node | undefined;
  /** The name of its parameter, the failed request. */
  readonly failed: string | undefined;
  readonly before: readonly Node[];
  readonly request: Call;
  /** What the answer is bound to, as source text: `res` or `{ data }`; `undefined`: nothing. */
  readonly answer: string | undefined;
  readonly pattern: Node | undefined;
  readonly after: readonly Node[];
  /** What it does when the refresh fails. */
  readonly failure: readonly Node[];
  /** The name of the error in `failure`. */
  readonly error: string | undefined;
}

/** Finds the function that the call hands over, and takes it apart. */
export function callbackOf(tree: Node, argument: Node | undefined, call: Node): Callback {
  if (!argument)
    throw new Refusal(call, 'by-hand', 'the function is called without a refresh callback');
  const { node, declaration } = functionOf(tree, argument);
  const parameters = node.field('parameters') ?? node.field('parameter');
  const names = namesIn(parameters);
  if (parameters && names.length > 0 && /[{[]/.test(parameters.text().replace(/:.*$/s, '')))
    throw new Refusal(
      parameters,
      'the-failed-request',
      'the refresh callback reads the failed request',
    );
  const body = node.field('body');
  if (!body) throw new Refusal(node, 'by-hand', 'the refresh callback has no body');
  return { node, declaration, failed: names[0], ...partsOf(body, node) };
}

function functionOf(tree: Node, argument: Node): { node: Node; declaration: Node | undefined } {
  if (isFunction(argument)) return { node: argument, declaration: undefined };
  const name = argument.text();
  const found = argument.kind() === 'identifier' ? moduleFunction(tree, name) : undefined;
  if (!found)
    throw new Refusal(
      argument,
      'the-refresh-call',
      `the refresh callback \`${name}\` is no function that this module declares`,
    );
  const isOnlyUse = usesOf(tree, name).length === 2;
  const isExported = found.statement.kind() === 'export_statement';
  if (!isOnlyUse || isExported)
    throw new Refusal(
      found.statement,
      'the-refresh-call',
      `\`${name}\` is exported, or used in another place, too: a refresh beside the manager's redeems the refresh token twice; use \`tokens.refresh()\` there`,
    );
  return { node: found.body, declaration: found.statement };
}

type Parts = Omit<Callback, 'declaration' | 'failed' | 'node'>;

function partsOf(body: Node, callback: Node): Parts {
  if (body.kind() !== 'statement_block') return chainOf(body, [], []);
  const { statements, failure, error } = flattened(named(body));
  const at = statements.findIndex((statement) => awaitIn(statement) !== undefined);
  const last = statements.at(-1);
  const returned =
    last && (last.kind() === 'return_statement' || last.kind() === 'expression_statement')
      ? named(last)[0]
      : undefined;
  if (at < 0) {
    if (returned && requestIn(returned))
      return merge(chainOf(returned, statements.slice(0, -1), []), failure, error);
    throw unseen(callback);
  }
  const statement = statements[at];
  const awaited = statement && awaitIn(statement);
  if (!statement || !awaited) throw unseen(callback);
  const pattern =
    statement.kind() === 'lexical_declaration' ? named(statement)[0]?.field('name') : undefined;
  const parts = chainOf(awaited, statements.slice(0, at), statements.slice(at + 1));
  if (parts.pattern && pattern)
    throw new Refusal(statement, 'the-refresh-call', 'the answer goes through `then` and `await`');
  const again = parts.after.find((one) => awaitIn(one) !== undefined);
  if (again)
    throw new Refusal(
      again,
      'the-refresh-call',
      'the refresh callback waits for more than the refresh',
    );
  return merge(
    pattern ? { ...parts, pattern, answer: textOfPattern(pattern) } : parts,
    failure,
    error,
  );
}

const textOfPattern = (pattern: Node): string => {
  const type =
    pattern.parent()?.kind() === 'variable_declarator' ? pattern.parent()?.field('type') : null;
  return pattern.text() + (type?.text() ?? '');
};

const merge = (parts: Parts, failure: readonly Node[], error: string | undefined): Parts =>
  failure.length > 0
    ? { ...parts, failure: [...parts.failure, ...failure], error: error ?? parts.error }
    : parts;

/** The statements of a body whose `try` is opened. */
function flattened(body: readonly Node[]): {
  statements: Node[];
  failure: Node[];
  error: string | undefined;
} {
  const tries = body.filter((statement) => statement.kind() === 'try_statement');
  const [attempt] = tries;
  if (!attempt) return { statements: [...body], failure: [], error: undefined };
  const handler = attempt.field('handler');
  const finalizer = attempt.field('finalizer');
  if (tries.length > 1 || finalizer || !handler)
    throw new Refusal(
      finalizer ?? attempt,
      'when-the-refresh-fails',
      'the refresh callback has a `finally`, or more than one `try`',
    );
  return {
    statements: body.flatMap((statement) =>
      statement === attempt ? named(attempt.field('body')) : [statement],
    ),
    failure: named(handler.field('body')),
    error: handler.field('parameter')?.text(),
  };
}

/** What a statement waits for, itself and not in a function within it. */
function awaitIn(statement: Node): Node | undefined {
  const [first] = all(statement, 'await_expression').filter(
    (one) =>
      callOf(named(one)[0])?.path?.join('.') !== 'Promise.resolve' &&
      !one.ancestors().some((around) => isFunction(around) && isWithin(around, statement)),
  );
  return first && named(first)[0];
}

/** `request.then(...).catch(...)` */
function chainOf(expression: Node, before: readonly Node[], after: readonly Node[]): Parts {
  const steps: { readonly name: string; readonly handler: Node }[] = [];
  let call = callOf(expression);
  for (;;) {
    const callee = call?.node.field('function');
    const name =
      callee?.kind() === 'member_expression' ? callee.field('property')?.text() : undefined;
    if (!call || !callee || !name || !['then', 'catch', 'finally'].includes(name)) break;
    const [handler, ...others] = call.args;
    if (!handler || others.length > 0 || name === 'finally')
      throw new Refusal(
        call.node,
        'the-refresh-call',
        `\`.${name}\` of the refresh is not known here`,
      );
    steps.unshift({ name, handler });
    call = callOf(callee.field('object'));
  }
  if (!call || !isRequest(call)) throw unseen(expression);
  const [then, ...more] = steps.filter(({ name }) => name === 'then');
  const [rescue, ...rescues] = steps.filter(({ name }) => name === 'catch');
  const odd = more[0] ?? rescues[0] ?? (steps[0]?.name === 'catch' && then ? then : undefined);
  if (odd)
    throw new Refusal(
      odd.handler,
      'the-refresh-call',
      'the answer goes through more than one `then`',
    );
  const onAnswer = then && handlerOf(then.handler);
  const onFailure = rescue && handlerOf(rescue.handler);
  return {
    before,
    request: call,
    answer: onAnswer?.parameter?.text(),
    pattern: onAnswer?.parameter,
    after: [...(onAnswer?.statements ?? []), ...after],
    failure: onFailure?.statements ?? [],
    error: namesIn(onFailure?.parameter)[0],
  };
}

function handlerOf(handler: Node): {
  readonly parameter: Node | undefined;
  readonly statements: readonly Node[];
} {
  const body = isFunction(handler) ? handler.field('body') : undefined;
  if (!body)
    throw new Refusal(
      handler,
      'the-refresh-call',
      'the answer is handed to a function that is not written out',
    );
  const parameter = handler.field('parameter') ?? named(handler.field('parameters'))[0];
  const statements = body.kind() === 'statement_block' ? named(body) : [body];
  const nested = statements.find((statement) => awaitIn(statement) !== undefined);
  if (nested)
    throw new Refusal(
      nested,
      'the-refresh-call',
      'the refresh callback waits for more than the refresh',
    );
  return { parameter: parameter ?? undefined, statements };
}

const unseen = (node: Node): Refusal =>
  new Refusal(
    node,
    'the-refresh-call',
    'the request that refreshes is not in the callback: have `refresh` make it, with the `signal` that it is given',
  );
