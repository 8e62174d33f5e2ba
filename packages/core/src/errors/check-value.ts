/** Ms, or a number of things. */
export const isAmount = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0;

export const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';

/** Names what came, for an error message. A text is never shown: it may be a secret in the wrong place. */
export function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'number' ? String(value) : typeof value;
}

/** Throws a `TypeError` if an option is given and does not fit. */
export function expect(
  options: object,
  name: string,
  expected: string,
  fits: (value: unknown) => boolean,
): void {
  const value = (options as Record<string, unknown>)[name];
  if (value !== undefined && !fits(value))
    throw new TypeError(`${name}: expected ${expected}, got ${nameOf(value)}`);
}

/** Throws a `TypeError` that says which of the methods `value` lacks. */
export function requireMethods(name: string, value: unknown, methods: readonly string[]): void {
  const list = (some: readonly string[]): string => some.map((method) => `${method}()`).join(', ');
  const lacking = methods.filter(
    (method) => typeof (value as Record<string, unknown> | null)?.[method] !== 'function',
  );
  if (lacking.length === 0) return;
  const got =
    typeof value === 'object' && value !== null
      ? `; ${list(lacking)} missing`
      : `, got ${nameOf(value)}`;
  throw new TypeError(`${name}: expected an object with ${list(methods)}${got}`);
}

/**
 * Throws a `TypeError` for an option that does not exist, which would otherwise be ignored without a word. `hints`
 * says what to do about names that people bring from elsewhere.
 */
export function requireKnown(
  where: string,
  options: object,
  known: readonly string[],
  hints: Readonly<Record<string, string>> = {},
): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue;
    const hint = Object.hasOwn(hints, name) ? hints[name] : `the options are ${known.join(', ')}`;
    throw new TypeError(`${where}: there is no option "${name}"; ${hint}`);
  }
}
