export {
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  DPoP,
  type DPoPHandle,
  generateKeyPair,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  TlsClientAuth,
} from 'oauth4webapi';
export { discoverServer } from './authorization-server.ts';
export { endpointUrl, requireReachable } from './endpoint.ts';
export { clientAuthentication } from './client-authentication.ts';
export type { ClientAuthenticationMethod } from './client-authentication-method.ts';
export { clientCredentialsGrant } from './client-credentials-grant.ts';
export type { TokenFetch, TokenFetchInit, TokenFetchResponse } from './fetch.ts';
export type { ClientOptions, GrantOptions } from './options.ts';
export { refreshTokenGrant } from './refresh-token-grant.ts';
export { type RevokeFunction, type RevokeOptions, revokeToken } from './revoke-token.ts';
