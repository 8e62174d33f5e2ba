export type { Clock } from './time/clock.ts';
export {
  type Delivery,
  TokenError,
  type TokenErrorCode,
  type TokenErrorOptions,
  tokenErrorOf,
} from './errors/errors.ts';
export type { TokenEvent } from './session/events.ts';
export type { ApiRequest, ApiResponse, AuthOptions, RequestAuth } from './http/options.ts';
export { toTokenSource } from './http/to-token-source.ts';
export type {
  AcquireFunction,
  RefreshContext,
  RefreshFunction,
  RefreshReason,
} from './session/functions.ts';
export { createTokenManager, type TokenManager } from './manager/manager.ts';
export type { SessionOptions, TokenManagerOptions } from './manager/options.ts';
export { createTokenPool, type TokenPool, type TokenPoolOptions } from './manager/pool.ts';
export type {
  RequestEvent,
  TokenFunction,
  TokenInput,
  TokenSource,
  WaitOptions,
} from './source.ts';
export type { EncryptionKey } from './stores/aes-gcm-codec.ts';
export { encryptedStore } from './stores/encrypted-store.ts';
export type { RefreshLock } from './session/lock.ts';
export { memoryStore } from './stores/memory-store.ts';
export { type StorageLike, storageStore } from './stores/storage-store.ts';
export type { SessionRecord, StoredValue, TokenStore } from './session/store.ts';
export type { TokenCodec } from './stores/token-codec.ts';
export type { AccessToken, TokenResponse, TokenSet } from './tokens/tokens.ts';
