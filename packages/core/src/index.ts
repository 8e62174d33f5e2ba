export type { Clock } from './time/clock.ts';
export {
  type Delivery,
  TokenError,
  type TokenErrorCode,
  type TokenErrorOptions,
  tokenErrorOf,
} from './errors/errors.ts';
export type { ApiRequest, ApiResponse, AuthOptions, RequestAuth } from './http/options.ts';
export { toTokenSource } from './http/to-token-source.ts';
export {
  type CookieLifetime,
  type CookieSession,
  type CookieSessionOptions,
  cookieSession,
} from './manager/cookie-session.ts';
export { followToken } from './manager/follow-token.ts';
export { createTokenManager } from './manager/manager.ts';
export type { TokenManager } from './manager/token-manager.ts';
export type {
  Rotation,
  SessionOptions,
  SetSessionOptions,
  TokenManagerOptions,
} from './manager/options.ts';
export { createTokenPool, type TokenPool, type TokenPoolOptions } from './manager/pool.ts';
export type { Refusal } from './refresh/refusal-error.ts';
export type { SessionStatus, TokenEvent } from './session/events.ts';
export type {
  AcquireFunction,
  HttpAnswer,
  RefreshContext,
  RefreshFunction,
  RefreshReason,
  TokenAnswer,
} from './session/functions.ts';
export type { HeldLock, RefreshLock } from './session/lock.ts';
export type { SessionRecord, StoreCell, StoredValue, TokenStore } from './session/store.ts';
export { sharedStore } from './shared/shared-store.ts';
export type {
  RequestEvent,
  TokenFunction,
  TokenInput,
  TokenSource,
  WaitOptions,
} from './source.ts';
export type { EncryptionKey } from './stores/aes-gcm-codec.ts';
export { encryptedStore } from './stores/encrypted-store.ts';
export { memoryStore, type MemoryStoreOptions } from './stores/memory-store.ts';
export { type StorageLike, storageStore } from './stores/storage-store.ts';
export type { TokenCodec } from './stores/token-codec.ts';
export type { AccessToken, IssuedToken, TokenResponse, TokenSet } from './tokens/tokens.ts';
