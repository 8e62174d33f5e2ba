import {
  type AuthorizationServer,
  allowInsecureRequests,
  customFetch,
  discoveryRequest,
  processDiscoveryResponse,
} from 'oauth4webapi';
import { TokenError } from 'unexpired';
import { retryAfterOf } from 'unexpired/adapter';
import { badOption } from './bad-option.ts';
import { readBody } from './body.ts';
import { endpointUrl, requireReachable } from './endpoint.ts';
import type { TokenFetch, TokenFetchResponse } from './fetch.ts';
import type { ClientOptions } from './options.ts';
import { safeCause } from './safe-cause.ts';

/** The endpoints that are used here. */
export type Endpoint = 'token_endpoint' | 'revocation_endpoint';

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
    found ??= await discover(issuer, endpoint, insecure, signal, fetch);
    return found;
  };
}

async function discover(
  issuer: URL,
  endpoint: Endpoint,
  insecure: boolean,
  signal: AbortSignal,
  fetch: TokenFetch,
): Promise<AuthorizationServer> {
  let response = await request(issuer, 'oidc', signal, fetch);
  if (response.status === 404) {
    await readBody(response);
    response = await request(issuer, 'oauth2', signal, fetch);
  }
  const body = await readBody(response);
  if (response.status !== 200) {
    const passing = response.status === 429 || response.status >= 500;
    throw new TokenError(passing ? 'ERR_REFRESH_UNAVAILABLE' : 'ERR_REFRESH_CONFIGURATION', {
      message: `The metadata of ${issuer.origin} could not be had: HTTP ${response.status}`,
      delivery: 'unsent',
      retryAfter: retryAfterOf(
        response.headers.get('retry-after'),
        response.headers.get('date'),
        Date.now(),
      ),
    });
  }
  if (!('text' in body))
    throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: `The metadata of ${issuer.origin} was ${body.problem}`,
      delivery: 'unsent',
    });
  try {
    const metadata = await processDiscoveryResponse(
      issuer,
      new Response(body.text, { headers: { 'content-type': 'application/json' } }),
    );
    requireReachable(`metadata.${endpoint}`, metadata[endpoint], issuer, insecure);
    const alias = metadata.mtls_endpoint_aliases?.[endpoint];
    if (alias !== undefined)
      requireReachable(`metadata.mtls_endpoint_aliases.${endpoint}`, alias, issuer, insecure);
    return metadata;
  } catch (error) {
    const detail = error instanceof TypeError ? `: ${error.message}` : '';
    throw new TokenError('ERR_REFRESH_CONFIGURATION', {
      message: `The metadata of ${issuer.origin} is not usable${detail}`,
      cause: safeCause(error),
      delivery: 'unsent',
    });
  }
}

async function request(
  issuer: URL,
  algorithm: 'oidc' | 'oauth2',
  signal: AbortSignal,
  fetch: TokenFetch,
): Promise<TokenFetchResponse> {
  try {
    return await discoveryRequest(issuer, {
      algorithm,
      // The protocol has been checked, by a rule that knows loopback.
      [allowInsecureRequests]: true,
      // Only `status` and `headers` are read by the library on the way; the body is read above, bounded.
      [customFetch]: (url, { headers }) =>
        fetch(url, { method: 'GET', headers, redirect: 'manual', signal }) as Promise<Response>,
    });
  } catch (error) {
    throw new TokenError('ERR_REFRESH_UNAVAILABLE', {
      message: `The metadata of ${issuer.origin} could not be had`,
      cause: safeCause(error),
      delivery: 'unsent',
    });
  }
}

/** As it was written: an issuer is compared as text, and `new URL` would add a slash to it. */
function issuerText(issuer: string | URL | undefined): string | undefined {
  return issuer === undefined ? undefined : String(issuer);
}
