export { type Clock, systemClock } from './clock.ts';
export { type Delivery, TokenError, type TokenErrorCode, type TokenErrorOptions, tokenErrorOf } from './errors.ts';
export type { TokenEvent } from './events.ts';
export type { AcquireFunction, RefreshContext, RefreshFunction, RefreshReason } from './refresh/functions.ts';
export type { TokenFunction, TokenInput, TokenSource, WaitOptions } from './source.ts';
export type { RefreshLock } from './stores/lock.ts';
export type { SessionRecord, StoredValue, TokenStore } from './stores/store.ts';
export type { AccessToken, TokenResponse, TokenSet } from './tokens.ts';
