import { timingSafeEqual } from 'node:crypto';
import { digestOf, idIn, type KnownKey } from './api-keys.ts';
import { allows, type Role } from './scopes.ts';

/** The keys by their ids. */
export type KnownKeys = ReadonlyMap<string, KnownKey>;

/** Stands for the digest of a key that is not known, so that the same is done for it. */
const NOBODY = Buffer.alloc(32);

/** Whose credentials these are; `undefined`: nobody's. Takes the same time for every text of the form of a key. */
export function authenticate(
  keys: KnownKeys,
  authorization: string | undefined,
  now: number,
): KnownKey | undefined {
  const [, credentials = ''] = /^Bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  const id = idIn(credentials);
  if (id === undefined) return undefined;
  const known = keys.get(id);
  const same = timingSafeEqual(digestOf(credentials), known?.digest ?? NOBODY);
  return same && known !== undefined && known.expiresAt > now ? known : undefined;
}

/** One request, as far as it matters who may make it. */
export interface Asked {
  readonly authorization: string | undefined;
  /** All of them are needed. */
  readonly roles: readonly Role[];
  readonly session: string;
  /** Ms since the epoch. */
  readonly now: number;
}

/** May this be done? Nothing is looked up for it but the caller's key: what it says does not depend on what sessions there are. */
export function authorize(keys: KnownKeys, asked: Asked): 'granted' | 401 | 403 {
  const caller = authenticate(keys, asked.authorization, asked.now);
  if (caller === undefined) return 401;
  return asked.roles.every((role) => allows(caller.scopes, role, asked.session)) ? 'granted' : 403;
}
