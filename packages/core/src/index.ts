export type { Clock } from './clock.ts';
export {
  type Delivery,
  TokenError,
  type TokenErrorCode,
  type TokenErrorOptions,
  tokenErrorOf,
} from './errors.ts';
export type { TokenEvent } from './events.ts';
export type { ApiResponse, AuthOptions, RequestAuth } from './http/options.ts';
export { toTokenSource } from './http/to-token-source.ts';
export type {
  AcquireFunction,
  RefreshContext,
  RefreshFunction,
  RefreshReason,
} from './refresh/functions.ts';
export { createTokenManager, type TokenManager } from './session/manager.ts';
export type { SessionOptions, TokenManagerOptions } from './session/options.ts';
export { createTokenPool, type TokenPool, type TokenPoolOptions } from './session/pool.ts';
export type { TokenFunction, TokenInput, TokenSource, WaitOptions } from './source.ts';
export { aesGcmCodec } from './stores/aes-gcm-codec.ts';
export { encodedStore, type TokenCodec } from './stores/encoded-store.ts';
export type { RefreshLock } from './stores/lock.ts';
export { memoryStore } from './stores/memory-store.ts';
export { type StorageLike, storageStore } from './stores/storage-store.ts';
export type { SessionRecord, StoredValue, TokenStore } from './stores/store.ts';
export type { AccessToken, TokenResponse, TokenSet } from './tokens.ts';
