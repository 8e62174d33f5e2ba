import { timingSafeEqual } from 'node:crypto';
import { digestOf, idIn, type KnownKey } from './api-keys.ts';

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
