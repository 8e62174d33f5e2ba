import type { ClientAuth, DPoPHandle } from 'oauth4webapi';
import { checkNames } from 'unexpired/adapter';
import { badOption, kindOf } from './bad-option.ts';
import type { ClientAuthenticationMethod } from './client-authentication-method.ts';
import type { TokenFetch } from './fetch.ts';

/** Who the client is and how it reaches its authorization server. */
export interface ClientOptions {
  /**
   * The authorization server's issuer identifier (RFC 8414 section 2). Where no endpoint is given, it is found through
   * the issuer's metadata: asked for at the first call, remembered by this function from then on.
   */
  readonly issuer?: string | URL | undefined;
  readonly clientId: string;
  readonly clientSecret?: string | undefined;
  /**
   * How the client authenticates: by name, or one of `ClientSecretBasic`, `ClientSecretPost`, `ClientSecretJwt`,
   * `PrivateKeyJwt`, `TlsClientAuth`, `None`, which are exported here. Default is `client_secret_basic` with a
   * `clientSecret` (RFC 6749 section 2.3.1: every server supports it), else `none`.
   */
  readonly clientAuthentication?: ClientAuthenticationMethod | ClientAuth | undefined;
  /** More parameters, such as `resource` (RFC 8707) or `audience`; an array sends one more than once. */
  readonly parameters?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Default is `globalThis.fetch`, looked up at each call. Mutual TLS goes here: a fetch that presents the certificate. */
  readonly fetch?: TokenFetch | undefined;
  /**
   * Default is `false`: https, or http on loopback (`localhost`, `127.0.0.1`, `[::1]`). With `true` secrets and tokens
   * may cross a network in the clear.
   */
  readonly allowInsecureRequests?: boolean | undefined;
}

/** Options of a grant: one of `tokenEndpoint` and `issuer` is required. */
export interface GrantOptions extends ClientOptions {
  /** Its token endpoint. With `issuer` too, nothing is discovered, and `issuer` is the audience of JWT assertions. */
  readonly tokenEndpoint?: string | URL | undefined;
  /** Space-separated. Default: what was granted before (RFC 6749 section 6), or the server's default. */
  readonly scope?: string | undefined;
  /**
   * Proofs of possession for the token endpoint (RFC 9449), from `DPoP({}, keyPair)`, which is exported here. Nonces
   * are kept, and asked for once. Proofs for the API itself are not made by this package.
   */
  readonly DPoP?: DPoPHandle | undefined;
}

/** Of all functions here: one object may serve a grant and `revokeToken`. */
const NAMES: Readonly<Record<keyof GrantOptions | 'revocationEndpoint', true>> = {
  issuer: true,
  clientId: true,
  clientSecret: true,
  clientAuthentication: true,
  parameters: true,
  fetch: true,
  allowInsecureRequests: true,
  tokenEndpoint: true,
  scope: true,
  DPoP: true,
  revocationEndpoint: true,
};

/** The parameters that the options above are for, or that the grant sets itself. */
const RESERVED = new Set([
  'grant_type',
  'refresh_token',
  'scope',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'token',
  'token_type_hint',
]);

/** Checks what is the same for all functions here. */
export function checkClientOptions(options: ClientOptions): void {
  if (typeof options !== 'object' || options === null)
    throw badOption('options', 'an object', kindOf(options));
  checkNames('options', options, Object.keys(NAMES));
  const { clientId, fetch, allowInsecureRequests } = options;
  if (typeof clientId !== 'string' || clientId === '')
    throw badOption('clientId', 'a non-empty string', kindOf(clientId));
  if (fetch !== undefined && typeof fetch !== 'function')
    throw badOption('fetch', 'a function', kindOf(fetch));
  if (allowInsecureRequests !== undefined && typeof allowInsecureRequests !== 'boolean')
    throw badOption('allowInsecureRequests', 'true or false', kindOf(allowInsecureRequests));
}

/** The extra parameters as they are sent. */
export function extraParameters(
  parameters: ClientOptions['parameters'],
  scope: string | undefined,
): URLSearchParams {
  const sent = new URLSearchParams();
  if (scope !== undefined) {
    if (typeof scope !== 'string' || scope === '')
      throw badOption('scope', 'a non-empty string, scopes separated by spaces', kindOf(scope));
    sent.set('scope', scope);
  }
  if (parameters === undefined) return sent;
  if (typeof parameters !== 'object' || parameters === null || Symbol.iterator in parameters)
    throw badOption(
      'parameters',
      'a plain object of strings',
      parameters === null ? 'null' : 'something else',
    );
  for (const [name, value] of Object.entries(parameters)) {
    if (RESERVED.has(name))
      throw badOption(
        `parameters.${name}`,
        'a parameter that is not set otherwise',
        name === 'scope' ? '"scope", which is an option' : `"${name}"`,
      );
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each !== 'string')
        throw badOption(`parameters.${name}`, 'a string or an array of strings', each);
      sent.append(name, each);
    }
  }
  return sent;
}
