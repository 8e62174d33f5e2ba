import { isFunction, moduleFunction } from './module.ts';
import { Refusal } from './remark.ts';
import { all, bare, type Call, callOf, isWithin, named, type Node, textOf } from './syntax.ts';
import { saysAccessToken, saysRefreshToken } from './token-names.ts';

export type StorageName = 'localStorage' | 'sessionStorage';

/** A place of the page's storage. */
export interface Place {
  readonly storage: StorageName;
  /** The key as the source says it, quotes included. */
  readonly key: string;
}

/** A token that the callback reads from the storage for its request. */
export interface StoredToken extends Place {
  readonly token: 'accessToken' | 'refreshToken';
  /** The variable that it is read into; `undefined`: it is read within the request. */
  readonly name: string | undefined;
  /** What reads it: an expression, or the statement that declares `name`. */
  readonly node: Node;
}

const METHODS = ['getItem', 'setItem', 'removeItem'] as const;

/** `localStorage.getItem('key')`, `setItem` or `removeItem`; `undefined`: something else. */
export function storageCall(
  node: Node | undefined,
):
  | (Place & { readonly method: (typeof METHODS)[number]; readonly value: Node | undefined })
  | undefined {
  const call = callOf(node);
  const [storage, method] = call?.path?.slice(-2) ?? [];
  const known = METHODS.find((one) => one === method);
  const [key, value] = call?.args ?? [];
  if ((storage !== 'localStorage' && storage !== 'sessionStorage') || !known || !key)
    return undefined;
  return { storage, key: key.text(), method: known, value };
}

/** The place that an expression reads: itself, with a default, or through a function of this module that does nothing else. */
function placeRead(tree: Node, node: Node): Place | undefined {
  const inner = bare(node);
  const direct = storageCall(inner);
  if (direct) return direct.method === 'getItem' ? direct : undefined;
  if (inner.kind() === 'binary_expression') {
    const [left, right] = named(inner);
    const isDefault =
      /^(\?\?|\|\|)$/.test(inner.field('operator')?.text() ?? '') && textOf(right) !== undefined;
    return left && isDefault ? placeRead(tree, left) : undefined;
  }
  const call = callOf(inner);
  const called =
    call?.path?.length === 1 && call.args.length === 0
      ? moduleFunction(tree, call.path[0] ?? '')
      : undefined;
  const body = called?.body.field('body');
  const [statement, ...others] = body?.kind() === 'statement_block' ? named(body) : [];
  const result =
    statement?.kind() === 'return_statement' && others.length === 0 ? named(statement)[0] : body;
  return result && result.kind() !== 'statement_block' ? placeRead(tree, result) : undefined;
}

/** The parts of a request that may hold a credential: all but its URL. */
export function credentialParts({ args }: Call): Node[] {
  const [first, ...others] = args;
  if (first?.kind() !== 'object') return others;
  return named(first).filter((pair) => !/^(?:url|baseURL|method)\b/.test(pair.text()));
}

/** The tokens that the callback takes from the page's storage. Throws where the refresh token comes from somewhere else. */
export function storedTokens(tree: Node, before: readonly Node[], request: Call): StoredToken[] {
  const parts = credentialParts(request);
  const found = [...readBefore(tree, before), ...parts.flatMap((part) => readWithin(tree, part))];
  const isOnly = found.length === 1;
  const tokens = found.flatMap((one): StoredToken[] => {
    const says = (test: (name: string) => boolean): boolean =>
      test(one.key) || test(one.name ?? '');
    if (says(saysRefreshToken) || isOnly) return [{ ...one, token: 'refreshToken' }];
    return says(saysAccessToken) ? [{ ...one, token: 'accessToken' }] : [];
  });
  const elsewhere = parts.flatMap((part) => credentialsElsewhere(part, tokens))[0];
  if (elsewhere)
    throw new Refusal(
      elsewhere,
      'which-store-replaces-what',
      `the refresh token comes from \`${elsewhere.text()}\`: which store of Unexpired replaces that is not seen here`,
    );
  return tokens;
}

type Read = Place & { readonly name: string | undefined; readonly node: Node };

function readBefore(tree: Node, before: readonly Node[]): Read[] {
  return before.flatMap((statement): Read[] => {
    const [declarator, ...others] =
      statement.kind() === 'lexical_declaration' ? named(statement) : [];
    const value = declarator?.field('value');
    const name = declarator?.field('name');
    const place = value && placeRead(tree, value);
    return place && name?.kind() === 'identifier' && others.length === 0
      ? [{ storage: place.storage, key: place.key, name: name.text(), node: statement }]
      : [];
  });
}

function readWithin(tree: Node, part: Node): Read[] {
  return all(part, 'call_expression').flatMap((node): Read[] => {
    const place = placeRead(tree, node);
    return place ? [{ storage: place.storage, key: place.key, name: undefined, node }] : [];
  });
}

/** What looks like a credential and is none of the tokens that were found. */
function credentialsElsewhere(part: Node, tokens: readonly StoredToken[]): Node[] {
  const isFound = (node: Node): boolean =>
    tokens.some((token) => isWithin(node, token.node) || token.name === node.text());
  const members = [...all(part, 'member_expression'), ...all(part, 'call_expression')].filter(
    (node) => saysRefreshToken(node.text().replaceAll('skipAuthRefresh', '')),
  );
  const names = [...all(part, 'identifier'), ...all(part, 'shorthand_property_identifier')].filter(
    (node) => saysRefreshToken(node.text()),
  );
  const opaque = all(part, 'call_expression').filter(
    (node) => node.id() === bare(part).id() && all(node, 'object').length === 0,
  );
  const within = tokens.filter((token) => token.name === undefined);
  const changed = within.flatMap((token) => changedBy(token.node, part) ?? []);
  const isAround = (node: Node): boolean => within.some((token) => isWithin(token.node, node));
  return [
    ...changed,
    ...[...members, ...names, ...opaque].filter(
      (node) => !isFound(node) && !isAround(node) && !namesFound(node, tokens),
    ),
  ].filter((node) => !isFunction(node));
}

/** What makes something else of a token before it is sent: `JSON.parse(text)`, `text.slice(1)`. */
function changedBy(node: Node, part: Node): Node | undefined {
  const parent = node.parent();
  if (!parent || parent.id() === part.parent()?.id()) return undefined;
  if (bare(parent).id() === bare(node).id()) return changedBy(parent, part);
  if (parent.kind() === 'member_expression') return parent;
  const call = parent.kind() === 'arguments' ? parent.parent() : undefined;
  return call?.kind() === 'call_expression' ? call : undefined;
}

const namesFound = (node: Node, tokens: readonly StoredToken[]): boolean =>
  tokens.some(
    ({ name }) => name !== undefined && all(node, 'identifier').some((one) => one.text() === name),
  );
