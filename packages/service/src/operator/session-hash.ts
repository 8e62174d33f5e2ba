import { createHmac, hkdfSync } from 'node:crypto';

/** What stands for a session's key where operators look: the same for all replicas, and nobody finds the key by it. */
export type SessionHash = (key: string) => string;

/** `secret`: the encryption key that all replicas have. */
export function sessionHash(secret: Uint8Array): SessionHash {
  const own = new Uint8Array(hkdfSync('sha256', secret, '', 'unexpired: names of sessions', 32));
  return (key) => createHmac('sha256', own).update(key).digest('hex').slice(0, 16);
}
