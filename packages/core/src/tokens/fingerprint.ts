/**
 * A short name for a token: the same token always has the same one, and two tokens practically never share it
 * (64 bits). Synchronous and fast, for recognising a token in events and bookkeeping without keeping it. Not for
 * secrecy: it is no cryptographic hash, so a guessable token could be guessed from it. Tokens are not guessable.
 *
 * @example
 * ```ts
 * const seen = new Set([fingerprint('mF_9.B5f-4.1JqM')]);
 * seen.has(fingerprint('mF_9.B5f-4.1JqM')); // true
 * ```
 */
export function fingerprint(token: string): string {
  // Two FNV-1a lanes with different offsets and primes. The second also eats the index, so that they stay independent.
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let index = 0; index < token.length; index++) {
    const unit = token.charCodeAt(index);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + index), 0x85ebca6b);
    b ^= b >>> 15;
  }
  return lane(a ^ b) + lane(b ^ (a >>> 13));
}

const lane = (bits: number): string => {
  // FNV leaves the last characters in the low bits only; this spreads them.
  const spread = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return ((spread ^ (spread >>> 16)) >>> 0).toString(36).padStart(7, '0');
};
