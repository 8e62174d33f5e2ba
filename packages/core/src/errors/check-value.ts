/** What a value may be: says what is wrong with it, as an error ends; `undefined`: nothing. */
export type Kind = (value: unknown) => string | undefined;

/** Ms, or a number of things. */
export const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0;

/** Names what came, for an error message. A text is never shown: it may be a secret in the wrong place. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'number' ? String(value) : typeof value;
}

/**
 * What a {@link Kind} says of `value`: nothing if it fits, else what was expected and what came.
 *
 * @example
 * ```ts
 * import { type Kind, unless } from 'unexpired/adapter';
 *
 * const isPort: Kind = (value) => unless(Number.isInteger(value), 'a port', value);
 * ```
 */
export const unless = (fits: boolean, expected: string, value: unknown): string | undefined =>
  fits ? undefined : `expected ${expected}, got ${nameOf(value)}`;

/** A {@link Kind} for options that are functions. */
export const isFunction: Kind = (value) => unless(typeof value === 'function', 'a function', value);

/** A {@link Kind} for options that have members. */
export const isObject: Kind = (value) =>
  unless(typeof value === 'object' && value !== null, 'an object', value);

/** A {@link Kind} for names, ids and the like. */
export const isName: Kind = (value) =>
  unless(typeof value === 'string' && value !== '', 'a string that is not empty', value);

/** Says which of the methods `value` lacks. */
export function hasMethods(value: unknown, ...methods: readonly string[]): string | undefined {
  const list = (some: readonly string[]): string => some.map((method) => `${method}()`).join(', ');
  const lacking = methods.filter(
    (method) => typeof (value as Record<string, unknown> | null)?.[method] !== 'function',
  );
  const wrong = unless(lacking.length === 0, `an object with ${list(methods)}`, value);
  return typeof value === 'object' && value !== null
    ? wrong?.replace(/, got object$/, `; ${list(lacking)} missing`)
    : wrong;
}

/**
 * Checks one value of an option.
 *
 * @throws TypeError that begins with `name`, if `value` does not fit.
 * @example
 * ```ts
 * import { check, unless } from 'unexpired/adapter';
 *
 * const requireKey = (key: unknown): void =>
 *   check('key', key, (value) => unless(typeof value === 'string', 'a string', value));
 * ```
 */
export function check(name: string, value: unknown, kind: Kind): void {
  const wrong = kind(value);
  if (wrong !== undefined) throw new TypeError(`${name}: ${wrong}`);
}

/**
 * Throws a `TypeError` that names an option which does not exist, and would otherwise be ignored without a word. `hints` says
 * what to do about names that people bring from elsewhere.
 *
 * @example
 * ```ts
 * import { checkNames } from 'unexpired/adapter';
 *
 * const checkOptions = (options: object): void => checkNames('myStore', options, ['key', 'table']);
 * ```
 */
export function checkNames(
  where: string,
  options: unknown,
  names: readonly string[],
  hints: Readonly<Record<string, string>> = {},
): void {
  check(where, options, isObject);
  for (const name of Object.keys(options as object)) {
    if (names.includes(name)) continue;
    const hint = Object.hasOwn(hints, name) ? hints[name] : `the options are ${names.join(', ')}`;
    throw new TypeError(`${where}: there is no option "${name}"; ${hint}`);
  }
}

/**
 * Throws a `TypeError` that names the option that is wrong: one that is given and does not fit, or one that does not exist.
 * `hints` as in {@link checkNames}.
 *
 * @example
 * ```ts
 * import { checkAll, unless } from 'unexpired/adapter';
 *
 * const checkOptions = (options: object): void =>
 *   checkAll('myStore', options, { key: (value) => unless(typeof value === 'string', 'a string', value) });
 * ```
 */
export function checkAll(
  where: string,
  options: unknown,
  kinds: Readonly<Record<string, Kind>>,
  hints: Readonly<Record<string, string>> = {},
): void {
  checkNames(where, options, Object.keys(kinds), hints);
  const given = options as Readonly<Record<string, unknown>>;
  for (const [name, kind] of Object.entries(kinds))
    if (given[name] !== undefined) check(name, given[name], kind);
}
