export {
  type AuthorizationServer,
  calculatePKCECodeChallenge,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  DPoP,
  type DPoPHandle,
  generateKeyPair,
  generateRandomCodeVerifier,
  generateRandomState,
  modifyAssertion,
  None,
  PrivateKeyJwt,
  TlsClientAuth,
  validateAuthResponse,
} from 'oauth4webapi';
export { authorizationCodeGrant, type CompletedLogin } from './authorization-code-grant.ts';
export { discoverServer } from './authorization-server.ts';
export { endpointUrl, requireReachable } from './endpoint.ts';
export { clientAuthentication } from './client-authentication.ts';
export type { ClientAuthenticationMethod } from './client-authentication-method.ts';
export { clientCredentialsGrant } from './client-credentials-grant.ts';
export type { TokenFetch, TokenFetchInit, TokenFetchResponse } from './fetch.ts';
export type { ClientOptions, GrantOptions } from './options.ts';
export { type FoundMetadata, readMetadata } from './read-metadata.ts';
export { refreshTokenGrant } from './refresh-token-grant.ts';
export { type RegisteredClient, registerClient } from './register-client.ts';
export { type RevokeFunction, type RevokeOptions, revokeToken } from './revoke-token.ts';
