import { encryptedStore, type EncryptionKey } from 'unexpired';
import { dueAt } from '../ahead/due.ts';
import type { ServiceDatabase } from '../database.ts';
import type { Provider } from '../providers.ts';
import { entryOf, type Plan } from './entry.ts';
import { listedStore } from './listed-store.ts';
import { sealedOnly } from './sealed-only.ts';
import type { StoreOf } from './store-of.ts';
import type { Tables } from './tables.ts';

export interface StoresParts {
  readonly database: ServiceDatabase;
  readonly encryption: EncryptionKey | readonly EncryptionKey[];
  readonly providers: ReadonlyMap<string, Provider>;
  readonly random: () => number;
  /** Resolves when it is known how late it is. */
  readonly timed: () => Promise<void>;
  /** A session has another generation or state than before. */
  readonly written: () => void;
  /** The row of this session may be another one than before. */
  readonly changed: (key: string) => void;
}

/** The rows of the sessions: their tokens encrypted, and the schedule and the audit trail kept along. */
export function sessionStores(parts: StoresParts): StoreOf {
  const { database, encryption, providers, random, timed, written, changed } = parts;
  const plan: Plan = (provider, life) =>
    providers.get(provider)?.refreshAhead === true ? dueAt(life, random()) : undefined;
  const { ready } = database.tables as Tables;
  encryptedStore(database.store('key'), encryption); // throws for a key that cannot be right, before anything is asked
  const keys = (
    Array.isArray(encryption) ? (encryption as readonly EncryptionKey[]) : [encryption]
  ).map((key) => importedOnce(key as EncryptionKey));
  return (key, change) =>
    listedStore(encryptedStore(sealedOnly(database.store(key)), keys), {
      ready,
      timed,
      written,
      changed: () => changed(key),
      change,
      entryOf: (record) => entryOf(key, record, plan),
    });
}

/** The same key, which is imported for the first row and not for each. */
function importedOnce(key: EncryptionKey): EncryptionKey {
  if (!(key instanceof Uint8Array)) return key;
  const own = Uint8Array.from(key); // the caller may wipe its own
  let imported: Promise<CryptoKey> | undefined;
  return () =>
    (imported ??= crypto.subtle.importKey('raw', own, 'AES-GCM', false, ['encrypt', 'decrypt']));
}
