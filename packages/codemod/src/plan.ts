import { type Answer, answerOf, declaredIn, failureSteps, handsOn } from './answer.ts';
import type { Callback } from './callback.ts';
import { Refusal } from './remark.ts';
import { requireOfAnswer, resultOf } from './result.ts';
import { credentialParts, storedTokens, type StoredToken } from './stored.ts';
import { all, bare, named, namesIn, type Node, pathOf } from './syntax.ts';

/** What the refresh becomes: which function of Unexpired, what it is given, what it returns. */
export interface Plan {
  /** `refresh` with the refresh token, `acquire` without one, `cookies` where the page sees no token at all. */
  readonly kind: 'acquire' | 'cookies' | 'refresh';
  readonly callback: Callback;
  readonly answer: Answer;
  readonly stored: readonly StoredToken[];
  /** What the new function calls the tokens that it is given. */
  readonly locals: ReadonlyMap<StoredToken['token'], string>;
  /** Statements before the request, and those after it. */
  readonly before: readonly Node[];
  readonly kept: readonly Node[];
  /** What it returns, as source text. */
  readonly result: string;
  /** The result is the answer as it came. */
  readonly isWhole: boolean;
  /** What happens when the session has ended. */
  readonly onEnd: readonly Node[];
  /** The page's other tabs share what the refresh needs. */
  readonly isInBrowser: boolean;
}

export function planOf(tree: Node, callback: Callback, isCommonjs: boolean): Plan {
  const stored = storedTokens(tree, callback.before, callback.request);
  const answer = answerOf(callback.after, callback.failed);
  const [{ storage } = { storage: undefined }, ...others] = stored.filter(
    ({ token }) => token === 'refreshToken',
  );
  if (others.some((one) => one.storage !== storage))
    throw new Refusal(
      callback.node,
      'which-store-replaces-what',
      'the refresh token is read from two places',
    );
  for (const token of [answer.accessToken, answer.refreshToken])
    if (token) requireOfAnswer(token, callback, answer);
  const hasCredential = storage !== undefined;
  const kind = hasCredential ? 'refresh' : answer.accessToken ? 'acquire' : 'cookies';
  if (hasCredential && !answer.accessToken)
    throw new Refusal(
      callback.node,
      'token-shapes-and-expiry',
      'which member of the answer is the access token is not seen here',
    );
  if (
    kind === 'cookies' &&
    callback.pattern &&
    answer.kept.some((statement) => uses(statement, namesIn(callback.pattern)))
  )
    throw new Refusal(
      callback.node,
      'token-shapes-and-expiry',
      'which member of the answer is the access token is not seen here',
    );
  const { result, isWhole } = resultOf(callback, answer);
  const names = [
    ...namesIn(callback.pattern),
    ...answer.kept.flatMap((statement) => declaredIn(statement)),
  ];
  const handedOn = answer.kept.find((statement) => handsOn(statement, names));
  if (kind === 'refresh' && !isWhole && !answer.refreshToken && handedOn)
    throw new Refusal(
      handedOn,
      'token-shapes-and-expiry',
      'the answer is handed on as it is: which of its members is the new refresh token is not seen here',
    );
  const before = callback.before.filter((statement) => isKeptBefore(statement, stored, callback));
  const kept = withoutUnused(answer.kept, result);
  const keys = [...answer.keys, ...stored.map(({ key }) => key)];
  return {
    kind,
    callback,
    answer,
    stored,
    locals: localsOf(stored, callback, [...before, ...kept]),
    before,
    kept,
    result,
    isWhole,
    onEnd: failureSteps(callback.failure, callback.error, callback.failed, keys),
    isInBrowser:
      !isCommonjs &&
      !credentialParts(callback.request).some((part) => /process\.env/.test(part.text())),
  };
}

/** Names for the tokens, none of which the function declares once more. */
function localsOf(
  stored: readonly StoredToken[],
  { pattern, node }: Callback,
  statements: readonly Node[],
): Map<StoredToken['token'], string> {
  const declared = [
    ...namesIn(pattern),
    ...statements.flatMap((statement) => declaredIn(statement)),
  ];
  const names = stored.map(({ token, name }): [StoredToken['token'], string] => [
    token,
    name ?? (declared.includes(token) ? `old${token[0]?.toUpperCase()}${token.slice(1)}` : token),
  ]);
  const twice = [...names.map(([, name]) => name), 'signal'].find((name) =>
    declared.includes(name),
  );
  if (twice !== undefined)
    throw new Refusal(
      node,
      'by-hand',
      `the callback has two variables \`${twice}\`, which would be in one function now`,
    );
  return new Map(names);
}

const uses = (statement: Node, names: readonly string[]): boolean =>
  all(statement, 'identifier').some((one) => names.includes(one.text()));

/** What reads the tokens, and what asks whether there are any, is the manager's now. */
function isKeptBefore(
  statement: Node,
  stored: readonly StoredToken[],
  callback: Callback,
): boolean {
  if (stored.some(({ node }) => node === statement)) return false;
  if (
    callback.failed !== undefined &&
    uses(statement, [callback.failed]) &&
    statement.kind() !== 'if_statement'
  )
    throw new Refusal(
      statement,
      'the-failed-request',
      'the refresh callback reads the failed request',
    );
  if (statement.kind() === 'if_statement') {
    const condition = bare(statement.field('condition') ?? statement).text();
    const isGuard = stored.some(({ name, node }) => condition === `!${name ?? node.text()}`);
    const consequence = statement.field('consequence');
    const body =
      consequence?.kind() === 'statement_block'
        ? named(consequence)
        : consequence
          ? [consequence]
          : [];
    if (
      isGuard &&
      !statement.field('alternative') &&
      failureSteps(body, undefined, callback.failed, []).length === 0
    )
      return false;
    throw new Refusal(
      statement,
      'the-refresh-call',
      'the refresh callback decides whether to refresh: `refresh` is called only where there is a refresh token',
    );
  }
  if (statement.kind() === 'lexical_declaration' || statement.text().startsWith('console.'))
    return true;
  throw new Refusal(
    statement,
    'the-refresh-call',
    'what the refresh callback does before its request is not known here',
  );
}

/** Constants that only what was taken out had used go, too. */
function withoutUnused(kept: readonly Node[], result: string): Node[] {
  const isUsed = (statement: Node): boolean => {
    const names = declaredIn(statement);
    if (names.length === 0) return true;
    const isPlain = named(statement).every(
      (one) => pathOf(one.field('value') ?? one) !== undefined,
    );
    const others = kept.filter((other) => other !== statement);
    return (
      !isPlain ||
      names.some((name) =>
        new RegExp(`(?<![\\w.])${name.replaceAll('$', '\\$')}\\b`).test(
          result.replaceAll(/\w+:/g, ''),
        ),
      ) ||
      others.some((other) => uses(other, names))
    );
  };
  const left = kept.filter((statement) => isUsed(statement));
  return left.length === kept.length ? left : withoutUnused(left, result);
}
