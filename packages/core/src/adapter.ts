// What authors of adapters need. The decisions are made here, for all clients alike; an adapter translates its client's
// request and answer. And what authors of stores need whose lock is a lease.
export { systemClock } from './time/clock.ts';
export {
  check,
  checkAll,
  checkNames,
  isFunction,
  isName,
  type Kind,
  nameOf,
  unless,
} from './errors/check-value.ts';
export { tokenErrorOf } from './errors/errors.ts';
export { readMembers } from './tokens/read-members.ts';
export { ignoreRejection } from './tokens/ignore-rejection.ts';
export { isSecret } from './errors/safe-cause.ts';
export { retryAfterOf } from './refresh/retry-after.ts';
export { HTTP_TOKEN, isTokenText, TOKEN_TEXT } from './tokens/token-syntax.ts';
export { callListener } from './manager/call-listener.ts';
export { fingerprint } from './tokens/fingerprint.ts';
export { abortable } from './time/abortable.ts';
export { type Authorize, createAuthorizer, explain } from './http/authorizer.ts';
export type { Signature, UnsignedRequest } from './http/signature.ts';
export type { Verdict } from './http/judge.ts';
export { isReplayable } from './http/body.ts';
export { letGoOfBody, watchBody } from './http/watch-body.ts';
export { type BodyReader, isJsonType, parseJson, readJson } from './http/bounded-json.ts';
export { checkOptions } from './http/check-options.ts';
export type { BaseUrl } from './http/allowed-origins.ts';
export type { HeaderMap } from './http/authorization.ts';
export { type Challenge, parseChallenges } from './http/challenges.ts';
export type { ApiRequest, ApiResponse, AuthOptions, RequestAuth } from './http/options.ts';
export { originOf, targetOf } from './http/origin.ts';
export { isTokenRejected } from './http/rejection.ts';
export { toTokenSource } from './http/to-token-source.ts';
export { SIGN_IN } from './session/lock.ts';
export { isRefreshSignal } from './refresh/refresh-signal.ts';
export type { LeaseCell } from './stores/lease.ts';
export { leasedLock, leaseOf } from './stores/leased-lock.ts';
