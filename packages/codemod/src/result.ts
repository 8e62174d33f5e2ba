import { type Answer, declaredIn } from './answer.ts';
import type { Callback } from './callback.ts';
import { Refusal } from './remark.ts';
import { all, named, namesIn, type Node, pathOf } from './syntax.ts';

/** The token is a member of the answer, or a variable that one was put into. */
export function requireOfAnswer(token: Node, { pattern }: Callback, { kept }: Answer): void {
  const [root] = origin(token, kept) ?? [];
  const known = [
    ...namesIn(pattern),
    ...kept.flatMap((statement) => declaredIn(statement)),
    ...kept
      .flatMap((statement) => all(statement, 'assignment_expression'))
      .flatMap((assignment) => pathOf(assignment.field('left') ?? assignment)?.join('.') ?? []),
  ];
  if (
    root !== undefined &&
    (known.includes(root) || known.includes(pathOf(token)?.join('.') ?? ''))
  )
    return;
  throw new Refusal(
    token,
    'token-shapes-and-expiry',
    `\`${token.text()}\` is no member of the refresh's answer: which one is the token is not seen here`,
  );
}

const STANDARD = /^(?:access_token|accessToken)$/;
const STANDARD_REFRESH = /^(?:refresh_token|refreshToken)$/;

/** What the new function returns: the answer as it is where its tokens are read from it, else a token set. */
export function resultOf(
  { pattern }: Callback,
  { accessToken, refreshToken, kept }: Answer,
): { result: string; isWhole: boolean } {
  const names = namesIn(pattern);
  if (!accessToken) return { result: names[0] ?? 'answer', isWhole: true };
  const access = origin(accessToken, kept);
  const refresh = refreshToken && origin(refreshToken, kept);
  const base = access?.slice(0, -1);
  const isSameBase = !refresh || refresh.slice(0, -1).join('.') === base?.join('.');
  const isOfAnswer =
    base !== undefined &&
    names.includes(base[0] ?? '') &&
    (base.length === 1 || (base.length === 2 && base[1] === 'data'));
  const isStandard =
    STANDARD.test(access?.at(-1) ?? '') &&
    (!refresh || STANDARD_REFRESH.test(refresh.at(-1) ?? ''));
  if (isOfAnswer && isSameBase && isStandard) return { result: base[0] ?? '', isWhole: true };
  const members = [
    memberOf('accessToken', accessToken),
    ...(refreshToken ? [memberOf('refreshToken', refreshToken)] : []),
  ];
  return { result: `{ ${members.join(', ')} }`, isWhole: false };
}

const memberOf = (name: string, value: Node): string =>
  value.text() === name ? name : `${name}: ${value.text()}`;

/** The path in the answer that an expression stands for, through the constants that it was read into. */
function origin(node: Node, kept: readonly Node[]): string[] | undefined {
  const path = pathOf(node);
  const [root, ...rest] = path ?? [];
  if (!path || root === undefined) return undefined;
  for (const declarator of kept.flatMap((statement) =>
    statement.kind() === 'lexical_declaration' ? named(statement) : [],
  )) {
    const name = declarator.field('name');
    const value = declarator.field('value');
    if (!name || !value || !namesIn(name).includes(root)) continue;
    const before = origin(value, kept);
    const member = name.kind() === 'identifier' ? [] : memberBound(name, root);
    return before && member && [...before, ...member, ...rest];
  }
  return path;
}

/** `['access_token']` for `token` in `{ access_token: token }`; `undefined`: it is deeper. */
function memberBound(pattern: Node, local: string): string[] | undefined {
  const found = named(pattern).find((one) => {
    const target = one.kind() === 'pair_pattern' ? named(one)[1] : one;
    return target?.text() === local;
  });
  return found && [named(found)[0]?.text() ?? found.text()];
}
