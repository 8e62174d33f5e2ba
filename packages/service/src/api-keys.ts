import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { checkNames, nameOf } from 'unexpired/adapter';
import { type Scope, scopeOf } from './scopes.ts';

/** What the service keeps of an API key: enough to recognise it, not to use it. */
export interface ApiKey {
  /** Names the key; it is part of it. 1 to 32 letters and digits. */
  readonly id: string;
  /** SHA-256 of the whole key, in hex. */
  readonly digest: string;
  /** `role:prefix`, as `read:acme:`; the roles are `read`, `reject`, `write`, `list`, `admin`. `read:*`: every session. */
  readonly scopes: readonly string[];
  /** Ms since the epoch. Default: it does not expire. */
  readonly expiresAt?: number | undefined;
}

/** An {@link ApiKey} as it was read from the options. */
export interface KnownKey {
  readonly id: string;
  readonly digest: Buffer;
  readonly scopes: readonly Scope[];
  readonly expiresAt: number;
}

const OPTIONS = ['id', 'scopes', 'expiresAt'] as const satisfies (keyof ApiKey)[];
const ENTRY = ['digest', ...OPTIONS] as const satisfies (keyof ApiKey)[];

const ID = /^[A-Za-z0-9]{1,32}$/;
const FORMAT = /^unx_([A-Za-z0-9]{1,32})_([0-9a-f]{64})([0-9a-f]{8})$/;

/**
 * Makes an API key of 256 random bits, `unx_<id>_<secret><CRC-32>`. Hand `key` to the caller and keep `entry`. A scanner knows a
 * leaked one by its form.
 *
 * @throws TypeError for an id or a scope that is none, and for an option that does not exist.
 *
 * @example
 * ```ts
 * import { createApiKey } from '@unexpired/service';
 *
 * const { key, entry } = createApiKey({ id: 'orders', scopes: ['read:acme:', 'reject:acme:'] });
 * ```
 */
export function createApiKey(options: Omit<ApiKey, 'digest'>): {
  readonly key: string;
  readonly entry: ApiKey;
} {
  checkNames('createApiKey', options, OPTIONS);
  const body = `unx_${options.id}_${randomBytes(32).toString('hex')}`;
  const key = body + checksumOf(body);
  const entry: ApiKey = { ...options, digest: digestOf(key).toString('hex') };
  knownKey(entry, 'createApiKey');
  return { key, entry };
}

/** The id in a text that has the form of an API key, its checksum included. */
export function idIn(text: string): string | undefined {
  const [whole, id, , checksum] = FORMAT.exec(text) ?? [];
  return whole !== undefined && checksumOf(whole.slice(0, -8)) === checksum ? id : undefined;
}

export const digestOf = (key: string): Buffer => hash('sha256', key, 'buffer');

const checksumOf = (body: string): string => crc32(body).toString(16).padStart(8, '0');

/** Throws a `TypeError` that begins with `where`, and shows no digest. */
export function knownKey(key: ApiKey, where: string): KnownKey {
  checkNames(where, key, ENTRY);
  const { id, digest, scopes, expiresAt = Infinity } = key as Partial<ApiKey>;
  if (typeof id !== 'string' || !ID.test(id))
    throw new TypeError(`${where}: id: expected 1 to 32 letters and digits, got ${shown(id)}`);
  if (typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest))
    throw new TypeError(
      `${where}: digest: expected the SHA-256 of the key in hex, as createApiKey() gives it, got ${shown(digest)}`,
    );
  if (typeof expiresAt !== 'number' || Number.isNaN(expiresAt))
    throw new TypeError(
      `${where}: expiresAt: expected ms since the epoch, got ${shown(expiresAt)}`,
    );
  if (!Array.isArray(scopes) || scopes.length === 0)
    throw new TypeError(`${where}: scopes: expected a list of texts, got ${shown(scopes)}`);
  const read = (scopes as readonly unknown[]).map((text, index) => {
    const scope = typeof text === 'string' ? scopeOf(text) : undefined;
    if (scope === undefined)
      throw new TypeError(
        `${where}: scopes/${index}: expected role:prefix with a prefix that ends with a colon, such as read:acme:, or role:*; the roles are read, reject, write, list, admin`,
      );
    return scope;
  });
  return { id, digest: Buffer.from(digest, 'hex'), scopes: read, expiresAt };
}

const shown = (value: unknown): string =>
  typeof value === 'string' && value !== '' ? 'another text' : nameOf(value);
