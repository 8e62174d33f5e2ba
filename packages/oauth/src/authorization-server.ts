import { type AuthorizationServer, processDiscoveryResponse } from 'oauth4webapi';
import { TokenError } from 'unexpired';
import { badOption } from './bad-option.ts';
import { endpointUrl, requireReachable } from './endpoint.ts';
import type { TokenFetch } from './fetch.ts';
import type { ClientOptions } from './options.ts';
import { readMetadata } from './read-metadata.ts';
import { safeCause } from './safe-cause.ts';

/** The endpoints that are used here. */
export type Endpoint =
  | 'authorization_endpoint'
  | 'token_endpoint'
  | 'registration_endpoint'
  | 'revocation_endpoint';

/** Finds the server's metadata: from the options, or by discovery at the first call. */
export type FindServer = (signal: AbortSignal) => Promise<AuthorizationServer>;

/**
 * With an endpoint in the options nothing is ever asked for. Without, the issuer is, once: OpenID Connect Discovery
 * first, then RFC 8414. A failure is not remembered, and never ambiguous: no token has been sent yet.
 */
export function authorizationServer(
  endpoint: Endpoint,
  option: string,
  given: unknown,
  options: ClientOptions,
  fetch: TokenFetch,
): FindServer {
  const insecure = options.allowInsecureRequests === true;
  const issuer =
    options.issuer === undefined ? undefined : endpointUrl('issuer', options.issuer, insecure);
  if (given !== undefined) {
    const url = endpointUrl(option, given, insecure).href;
    // The issuer is the audience of a JWT assertion; RFC 7523 section 3 permits the endpoint's own URL in its place.
    const known: AuthorizationServer = {
      issuer: issuerText(options.issuer) ?? url,
      [endpoint]: url,
    };
    return () => Promise.resolve(known);
  }
  if (issuer === undefined) throw badOption(option, 'a URL (or issuer, to discover it)', undefined);

  let found: AuthorizationServer | undefined;
  return async (signal) => {
    found ??= await discoverServer(issuer, {
      required: [endpoint],
      signal,
      fetch,
      allowInsecureRequests: insecure,
    });
    return found;
  };
}

/**
 * The metadata of an issuer (OpenID Connect Discovery, RFC 8414), with the endpoints that are `required`, and any of the
 * `optional` ones. No redirect is followed. All of them may carry secrets, and no public issuer names one on this machine
 * or in a private network.
 *
 * Rejects with `TokenError`: `ERR_REFRESH_CONFIGURATION` where there is none, or one that is not usable, else
 * `ERR_REFRESH_UNAVAILABLE`.
 *
 * @throws TypeError for an issuer that cannot be right.
 *
 * @example
 * ```ts
 * const { authorization_endpoint } = await discoverServer('https://id.example.com', {
 *   required: ['authorization_endpoint', 'token_endpoint'],
 * });
 * ```
 */
export async function discoverServer(
  issuer: string | URL,
  options: {
    readonly required: readonly Endpoint[];
    readonly optional?: readonly Endpoint[] | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly fetch?: TokenFetch | undefined;
    readonly allowInsecureRequests?: boolean | undefined;
  },
): Promise<AuthorizationServer> {
  const { required, optional = [], allowInsecureRequests: insecure = false } = options;
  const url = endpointUrl('issuer', issuer, insecure);
  const { json, status } = await readMetadata(wellKnownPlaces(url), options);
  if (json === undefined)
    throw new TokenError('ERR_REFRESH_CONFIGURATION', {
      message: `The metadata of ${url.origin} could not be had: no JSON, HTTP ${status}`,
      delivery: 'unsent',
    });
  try {
    const metadata = await processDiscoveryResponse(
      url,
      new Response(JSON.stringify(json), { headers: { 'content-type': 'application/json' } }),
    );
    const check = (name: string, value: unknown, needed: boolean): void => {
      if (needed || value !== undefined) requireReachable(name, value, url, insecure);
    };
    for (const name of [...required, ...optional]) {
      check(`metadata.${name}`, metadata[name], required.includes(name));
      const alias = `metadata.mtls_endpoint_aliases.${name}`;
      check(alias, metadata.mtls_endpoint_aliases?.[name], false);
    }
    return metadata;
  } catch (error) {
    const detail = error instanceof TypeError ? `: ${error.message}` : '';
    throw new TokenError('ERR_REFRESH_CONFIGURATION', {
      message: `The metadata of ${url.origin} is not usable${detail}`,
      cause: safeCause(error),
      delivery: 'unsent',
    });
  }
}

function wellKnownPlaces(issuer: URL): URL[] {
  const path = issuer.pathname.replace(/\/$/, '');
  return [
    `${path}/.well-known/openid-configuration`,
    `/.well-known/oauth-authorization-server${path}`,
    `/.well-known/openid-configuration${path}`,
  ].map((place) => new URL(place, issuer));
}

/** As it was written: an issuer is compared as text, and `new URL` would add a slash to it. */
function issuerText(issuer: string | URL | undefined): string | undefined {
  return issuer === undefined ? undefined : String(issuer);
}
