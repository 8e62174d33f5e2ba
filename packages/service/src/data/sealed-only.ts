import { type StoredValue, TokenError, type TokenStore } from 'unexpired';

/**
 * The same store, where tokens that stand in the clear cannot be read. The service has encrypted all that it wrote, so they come from
 * somebody who may write to the database and has no key.
 */
export const sealedOnly = (store: TokenStore): TokenStore => ({
  ...store,
  async read() {
    const stored = await store.read();
    return stored && (isInTheClear(stored) ? { ...stored, unreadable: unreadable(store) } : stored);
  },
});

const isInTheClear = ({ value }: StoredValue): boolean =>
  typeof value === 'object' && value !== null && 'tokens' in value;

const unreadable = ({ name }: TokenStore): TokenError =>
  new TokenError('ERR_STORE_RECORD', {
    message: `The row "${name}" has tokens that are not encrypted, so this service has not written it; a deposit replaces it`,
  });
