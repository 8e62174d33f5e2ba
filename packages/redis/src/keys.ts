import { nameOf } from 'unexpired/adapter';

/** Where in Redis the parts of one session are. Record and lease are in one hash slot, so that one script reaches both. */
export interface Keys {
  readonly record: string;
  readonly lease: string;
  /** Channels of pub/sub, which has no slots. */
  readonly changed: string;
  readonly freed: string;
}

/** The part of a key that a cluster hashes: what is in the first braces, if there is anything in them. */
const TAG = /^[^{]*\{[^}]+\}/;

/** Throws a `TypeError` for a key beside which nothing else can be in the same slot. */
export function keysOf(where: string, key: string): Keys {
  if (typeof key !== 'string' || key === '')
    throw new TypeError(`${where}: key: expected a string that is not empty, got ${nameOf(key)}`);
  requirePairs(`${where}: key`, key);
  const tagged = TAG.test(key);
  if (!tagged && key.includes('}'))
    throw new TypeError(
      `${where}: key: a "}" needs a "{" before it and something between the two, so that a cluster knows the slot`,
    );
  return {
    record: key,
    changed: `unexpired:changed:${key}`,
    ...leasePlace(tagged ? `${key}:lease` : `{${key}}:lease`),
  };
}

/** In UTF-8 all halves of a pair are the same character, and two keys would be one. Throws a `TypeError`. */
export function requirePairs(what: string, text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new TypeError(`${what}: half of a surrogate pair is no character`);
}

export const leasePlace = (lease: string): Pick<Keys, 'lease' | 'freed'> => ({
  lease,
  freed: `unexpired:freed:${lease}`,
});
