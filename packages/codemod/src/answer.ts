import { headerWriteOf, isAuthorization } from './header-only.ts';
import { Refusal } from './remark.ts';
import { storageCall } from './stored.ts';
import { saysAccessToken, saysRefreshToken } from './token-names.ts';
import { all, bare, namesIn, named, type Node, pathOf } from './syntax.ts';

/** What the callback does with the answer of its request. */
export interface Answer {
  /** The statements that stay. */
  readonly kept: readonly Node[];
  /** Where the answer has the access token, as source text; `undefined`: nowhere, it is in a cookie. */
  readonly accessToken: Node | undefined;
  readonly refreshToken: Node | undefined;
  /** The header that carries the token alone, where it is not `Authorization: Bearer`. */
  readonly header: string | undefined;
  /** The keys of the page's storage that it writes, as the source says them. */
  readonly keys: readonly string[];
}

interface Found {
  kept: Node[];
  headers: { readonly token: Node; readonly header: string | undefined }[];
  stored: Map<string, Node>;
}

/** Takes the statements after the request apart. Throws where one of them is not known. */
export function answerOf(after: readonly Node[], failed: string | undefined): Answer {
  const found: Found = { kept: [], headers: [], stored: new Map() };
  for (const [index, statement] of after.entries())
    take(statement, failed, found, index === after.length - 1);
  const keys = [...found.stored.keys()];
  const refreshKey = keys.find((key) => saysRefreshToken(key));
  const accessKey = keys.find((key) => !saysRefreshToken(key));
  const [written] = found.headers;
  const readBack = written && storageCall(written.token);
  const accessToken =
    written && !readBack ? written.token : found.stored.get(readBack?.key ?? accessKey ?? '');
  const handed = (says: (name: string) => boolean): Node | undefined =>
    found.kept.flatMap((statement) => tokensIn(statement, says))[0];
  return {
    kept: found.kept,
    accessToken: accessToken ?? handed((name) => SAYS_TOKEN.test(name)),
    refreshToken: found.stored.get(refreshKey ?? '') ?? handed(saysRefreshToken),
    header: written?.header,
    keys: [accessKey, refreshKey].filter((key) => key !== undefined),
  };
}

const isTokenKey = (key: string): boolean => saysRefreshToken(key) || saysAccessToken(key);

const mentions = (node: Node, name: string | undefined): boolean =>
  name !== undefined && all(node, 'identifier').some((one) => one.text() === name);

function take(statement: Node, failed: string | undefined, found: Found, isLast: boolean): void {
  const expression =
    statement.kind() === 'expression_statement' ? (named(statement)[0] ?? statement) : statement;
  const write = headerWriteOf(statement);
  if (write && (write.root === failed || write.path.includes('defaults'))) {
    const { token, header } = tokenIn(write.value, write.header);
    if (!mentions(token, failed)) found.headers.push({ token, header });
    return;
  }
  if (mentions(statement, failed) && !isPromise(named(statement)[0] ?? statement, 'resolve'))
    throw new Refusal(
      statement,
      'the-failed-request',
      'the refresh callback reads or changes the failed request, besides its Authorization header',
    );
  const stored = storageCall(expression);
  const isToken = stored !== undefined && isTokenKey(stored.key);
  if (isToken && stored.value) found.stored.set(stored.key, stored.value);
  else if ((isToken && stored.method === 'removeItem') || isPromise(expression, 'resolve')) return;
  else if (statement.kind() === 'return_statement') takeReturn(statement, isLast);
  else if (
    ['expression_statement', 'lexical_declaration'].includes(String(statement.kind())) ||
    (statement === expression && isLast && !isControl(statement))
  )
    found.kept.push(statement);
  else
    throw new Refusal(
      statement,
      'which-refusals-count',
      'the refresh callback branches on the answer: `refresh` returns the whole answer, and `classify` says what another refusal means',
    );
}

const isControl = (node: Node): boolean => String(node.kind()).endsWith('_statement');

function takeReturn(statement: Node, isLast: boolean): void {
  const [value] = named(statement);
  const isResult =
    !value ||
    isPromise(value, 'resolve') ||
    ['identifier', 'member_expression', 'true', 'null', 'undefined'].includes(
      String(bare(value).kind()),
    );
  if (!isLast || !isResult)
    throw new Refusal(
      statement,
      'the-refresh-call',
      'what the refresh callback returns is not known here',
    );
}

/** `Promise.resolve(...)`, with `await` or without. */
function isPromise(node: Node, method: 'reject' | 'resolve'): boolean {
  return new RegExp(`^(?:await )?Promise\\.${method}\\(`).test(bare(node).text());
}

/** `Bearer ${token}` and `'Bearer ' + token` without the scheme. */
function tokenIn(
  value: Node,
  name: string,
): { readonly token: Node; readonly header: string | undefined } {
  const inner = bare(value);
  const substitutions = all(inner, 'template_substitution');
  const [first] = inner.kind() === 'template_string' ? substitutions : [];
  const isSum = inner.kind() === 'binary_expression' && inner.field('operator')?.text() === '+';
  const scheme = first
    ? inner.text().slice(1, inner.text().indexOf('${'))
    : isSum
      ? named(inner)[0]?.text().slice(1, -1)
      : '';
  const token = first ? named(first)[0] : isSum ? named(inner)[1] : inner;
  const isAlone = first ? substitutions.length === 1 && inner.text().endsWith('}`') : true;
  const isBearer = scheme !== undefined && /^bearer $/i.test(scheme) && isAuthorization(name);
  const isBare = scheme === '' && !isAuthorization(name);
  if (!token || !isAlone || !(isBearer || isBare))
    throw new Refusal(
      value,
      'another-header-or-scheme',
      `the header \`${name}\` carries something else than \`Bearer\` and the token`,
    );
  return { token, header: isBare ? name : undefined };
}

const SAYS_TOKEN = /^(?:access_?token|access|token|jwt|id_?token|auth_?token)$/i;

/** Members and variables that are called like a token, and are handed to a function or put into a variable. */
function tokensIn(statement: Node, says: (name: string) => boolean): Node[] {
  if (statement.kind() === 'lexical_declaration' || isLog(statement)) return [];
  const handed = [
    ...all(statement, 'arguments').flatMap((list) => named(list)),
    ...all(statement, 'pair').flatMap((pair) => pair.field('value') ?? []),
    ...all(statement, 'shorthand_property_identifier'),
    ...all(statement, 'assignment_expression').flatMap((one) => one.field('right') ?? []),
  ];
  const nameOf = (node: Node): string =>
    node.kind() === 'shorthand_property_identifier' ? node.text() : (pathOf(node)?.at(-1) ?? '');
  return handed.filter((node) => says(nameOf(node)));
}

const isLog = (statement: Node): boolean => statement.text().startsWith('console.');

/** A function is handed the answer as it is, or stores something for refreshes: which member that is is not seen. */
export const handsOn = (statement: Node, names: readonly string[]): boolean =>
  !isLog(statement) &&
  (all(statement, 'arguments')
    .flatMap((list) => named(list))
    .some((node) => {
      const [root, ...rest] = pathOf(node) ?? [];
      return root !== undefined && names.includes(root) && rest.every((name) => name === 'data');
    }) ||
    ['identifier', 'property_identifier']
      .flatMap((kind) => all(statement, kind))
      .some((node) => saysRefreshToken(node.text())));

/** What the callback does when the refresh fails, for `sessionEnded`; nothing where it only fails in its turn. */
export function failureSteps(
  failure: readonly Node[],
  error: string | undefined,
  failed: string | undefined,
  keys: readonly string[],
): Node[] {
  return failure.filter((statement) => {
    const expression = named(statement)[0] ?? statement;
    const stored = storageCall(expression);
    if (stored?.method === 'removeItem' && keys.includes(stored.key)) return false;
    if (
      statement.kind() === 'throw_statement' ||
      isPromise(expression, 'reject') ||
      expression.text().startsWith('console.')
    )
      return false;
    if (statement.kind() === 'return_statement' && named(statement).length === 0) return false;
    if (
      mentions(statement, error) ||
      mentions(statement, failed) ||
      statement.kind() === 'return_statement' ||
      all(statement, 'await_expression').length > 0
    )
      throw new Refusal(
        statement,
        'when-the-refresh-fails',
        'what the callback does when the refresh fails depends on the error: subscribe to `sessionEnded` for a session that is over; anything else is no logout',
      );
    return true;
  });
}

/** Names that an answer's statements declare. */
export const declaredIn = (statement: Node): string[] =>
  statement.kind() === 'lexical_declaration'
    ? named(statement).flatMap((one) => namesIn(one.field('name')))
    : [];
