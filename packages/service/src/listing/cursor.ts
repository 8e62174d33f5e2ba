import { createHmac, timingSafeEqual } from 'node:crypto';
import type { KnownKey } from '../api-keys.ts';

/** Whose list it is, and of what. */
export interface ListOf {
  readonly caller: KnownKey;
  /** Everything that chooses what is in the list. */
  readonly filter: readonly (string | undefined)[];
}

/** Bytes: enough that nobody guesses it. */
const SEAL = 16;

/**
 * Where a page ended, for the next one. Only this caller can go on with it, and only in the same list; at any replica, since the
 * seal is made with what all of them know of the caller.
 */
export const sealCursor = (list: ListOf, last: string): string =>
  Buffer.concat([sealOf(list, last), Buffer.from(last)]).toString('base64url');

/** The key that the page before ended with; `undefined`: it is no cursor of this list. */
export function openCursor(list: ListOf, cursor: string): string | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  const last = bytes.subarray(SEAL).toString();
  if (bytes.length <= SEAL || bytes.toString('base64url') !== cursor) return undefined;
  return timingSafeEqual(bytes.subarray(0, SEAL), sealOf(list, last)) ? last : undefined;
}

const sealOf = ({ caller: { id, digest }, filter }: ListOf, last: string): Buffer =>
  createHmac('sha256', digest)
    .update(JSON.stringify([id, filter.map((part) => part ?? null), last]))
    .digest()
    .subarray(0, SEAL);
