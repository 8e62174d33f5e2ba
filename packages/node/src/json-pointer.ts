import { nameOf } from 'unexpired/adapter';

/** The reference tokens of a JSON pointer, unescaped (RFC 6901 sections 3 and 4). Throws a `TypeError` for anything else. */
export function pathOf(pointer: unknown): readonly string[] {
  if (typeof pointer !== 'string')
    throw new TypeError(`pointer: expected a JSON pointer such as "/auth", got ${nameOf(pointer)}`);
  if (pointer !== '' && (!pointer.startsWith('/') || /~(?![01])/.test(pointer)))
    throw new TypeError(
      `pointer: expected a JSON pointer (RFC 6901) such as "/auth", got "${pointer}"`,
    );
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** What a pointer leads to. `blocked`: through something that has no members, so nothing can be put there either; `null` is nothing yet. */
export type Target = { readonly value: unknown } | 'absent' | 'blocked';

export function targetOf(document: unknown, path: readonly string[]): Target {
  let value = document;
  for (const key of path) {
    if (value === null) return 'absent';
    if (typeof value !== 'object') return 'blocked';
    if (!Object.hasOwn(value, key) || (Array.isArray(value) && key === 'length'))
      return Array.isArray(value) ? 'blocked' : 'absent'; // an array is somebody else's list: nothing is added to it
    value = (value as Record<string, unknown>)[key];
  }
  return { value };
}
