/** What somebody may do: read tokens, have a refused one replaced, deposit and sign out, list, operate. */
export type Role = (typeof ROLES)[number];

const ROLES = ['read', 'reject', 'write', 'list', 'admin'] as const;

export interface Scope {
  readonly role: Role;
  /** Begins the session keys that it is about, and ends with a `:`; empty: all of them. */
  readonly prefix: string;
}

/** `tenant:rest`. No slash and no percent sign, about which proxies disagree. */
export const SESSION_KEY = /^(?=[^:]+:.)[A-Za-z0-9][A-Za-z0-9._:@~-]{0,199}$/;
/** The beginning of a session key. */
export const KEY_PREFIX = /^[A-Za-z0-9][A-Za-z0-9._:@~-]{0,199}$/;
const PREFIX = /^[A-Za-z0-9][A-Za-z0-9._:@~-]{0,198}:$/;

/** Reads `role:prefix`, as `read:acme:`, or `role:*`. `undefined`: it is none. */
export function scopeOf(text: string): Scope | undefined {
  const colon = text.indexOf(':');
  const role = ROLES.find((known) => known === text.slice(0, colon));
  const prefix = text.slice(colon + 1);
  if (role === undefined) return undefined;
  if (prefix === '*') return { role, prefix: '' };
  return PREFIX.test(prefix) ? { role, prefix } : undefined;
}

/** Decides by the text of the session key alone, so that the answer says nothing about whether there is such a session. */
export const allows = (scopes: readonly Scope[], role: Role, session: string): boolean =>
  scopes.some((scope) => scope.role === role && session.startsWith(scope.prefix));
