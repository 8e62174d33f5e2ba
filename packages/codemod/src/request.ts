import { isFunction } from './module.ts';
import { type Call, callOf, namesIn, type Node } from './syntax.ts';

const VERBS = ['post', 'get', 'put', 'patch', 'request'];

/** Whether an expression is a request, or a chain of `then` and `catch` that begins with one. */
export const requestIn = (expression: Node): boolean => {
  let call = callOf(expression);
  while (call && !isRequest(call)) {
    const object: Node | null | undefined = call.node.field('function')?.field('object');
    call = callOf(object);
  }
  return call !== undefined;
};

/** A call that sends a request with axios: `client.post(url)`, `axios({ url })`, `client(url)`. */
export function isRequest({ path, args }: Call): boolean {
  const [first] = args;
  if (!path || !first || path[0] === 'this') return false;
  const last = path.at(-1) ?? '';
  if (path.length > 1)
    return VERBS.includes(last) && (looksLikeUrl(first) || first.kind() === 'object');
  if (last === 'fetch') return false;
  const names = namesIn(first);
  return (
    (first.kind() === 'object' && /\burl\b/.test(first.text())) ||
    (names.length === 0 && looksLikeUrl(first))
  );
}

const looksLikeUrl = (node: Node): boolean =>
  !isFunction(node) &&
  !['object', 'array', 'call_expression', 'number'].includes(String(node.kind()));
