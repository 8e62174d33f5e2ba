/** The members of something that came from outside. */
export interface Members {
  readonly of: Readonly<Record<PropertyKey, unknown>>;
  /** One of them could not be read: a getter threw, or a Proxy was revoked. */
  readonly unreadable: boolean;
}

/**
 * Reads the members `names` of `value`, each once, and never throws. What cannot be read is `undefined`. A text or a
 * number has no members.
 *
 * @example
 * ```ts
 * const { of, unreadable } = readMembers(error, ['name', 'code']);
 * ```
 */
export function readMembers(value: unknown, names: readonly PropertyKey[]): Members {
  const of: Record<PropertyKey, unknown> = Object.create(null);
  let unreadable = false;
  if ((typeof value === 'object' && value !== null) || typeof value === 'function')
    for (const name of names)
      try {
        of[name] = (value as Record<PropertyKey, unknown>)[name];
      } catch {
        unreadable = true; // the error of a getter may be as hostile as the getter: it is not looked at
      }
  return { of, unreadable };
}
