import { encryptedStore, type EncryptionKey } from 'unexpired';
import { dueAt } from '../ahead/due.ts';
import type { ServiceDatabase } from '../database.ts';
import type { Provider } from '../providers.ts';
import { codecOf } from './codec.ts';
import { entryOf, type Plan } from './entry.ts';
import type { InHand } from './in-hand.ts';
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
  readonly inHand: InHand;
}

/** The rows of the sessions: their tokens encrypted, and the schedule and the audit trail kept along. */
export function sessionStores(parts: StoresParts): StoreOf {
  const { database, encryption, providers, random, timed, written, changed, inHand } = parts;
  const plan: Plan = (provider, life) =>
    providers.get(provider)?.refreshAhead === true ? dueAt(life, random()) : undefined;
  const { ready } = database.tables as Tables;
  encryptedStore(database.store('key'), encryption); // throws for a key that cannot be right, before anything is asked
  const keys: readonly unknown[] = Array.isArray(encryption) ? encryption : [encryption];
  const codec = keys.every((key) => key instanceof Uint8Array) ? codecOf(keys) : encryption;
  return (key, purpose = {}) =>
    listedStore(encryptedStore(sealedOnly(database.store(key)), codec), {
      ready,
      timed,
      written,
      changed: () => changed(key),
      ...{ inHand, purpose },
      entryOf: (record) => entryOf(key, record, plan),
    });
}
