import {
  type AuthorizationServer,
  allowInsecureRequests,
  type Client,
  type ClientAuth,
  customFetch,
  type TokenEndpointRequestOptions,
} from 'oauth4webapi';
import type { TokenResponse } from 'unexpired';
import { authorizationServer } from './authorization-server.ts';
import { type Caller, call, refused } from './call.ts';
import { clientAuthentication } from './client-authentication.ts';
import type { TokenFetch } from './fetch.ts';
import { badOption, kindOf } from './bad-option.ts';
import {
  type ClientOptions,
  checkClientOptions,
  extraParameters,
  type GrantOptions,
} from './options.ts';

/** A request of oauth4webapi, all but what this package gives it. */
export type Send = (
  server: AuthorizationServer,
  client: Client,
  authenticate: ClientAuth,
  options: TokenEndpointRequestOptions,
  parameters: URLSearchParams,
) => Promise<unknown>;

/** For the functions of oauth4webapi that send something. */
export interface RequestOptions {
  readonly [allowInsecureRequests]: true;
  readonly [customFetch]: (
    url: string,
    init: {
      readonly method: 'POST';
      readonly headers: Record<string, string>;
      readonly body: unknown;
    },
  ) => Promise<Response>;
}

/** One call of a grant; `secret` is the refresh token that it redeems, if it does. */
export type TokenCall = (
  signal: AbortSignal,
  send: Send,
  secret?: string,
) => Promise<TokenResponse>;

/**
 * What the grants share. Sent by oauth4webapi, but read here: its parser throws an answer away that is odd in any
 * member, and with it a refresh token that the server has rotated to. Here the answer is returned as it came, so that
 * its reader can store that token first.
 */
export function tokenEndpoint(options: GrantOptions): TokenCall {
  const client = clientOf(options);
  const fetch = fetchOf(options);
  const authenticate = clientAuthentication(options.clientAuthentication, options.clientSecret);
  const findServer = authorizationServer(
    'token_endpoint',
    'tokenEndpoint',
    options.tokenEndpoint,
    options,
    fetch,
  );
  const parameters = extraParameters(options.parameters, options.scope);
  if (options.DPoP !== undefined && typeof options.DPoP?.calculateThumbprint !== 'function')
    throw badOption('DPoP', 'a handle made by DPoP({}, keyPair)', kindOf(options.DPoP));
  const caller: Caller = { fetch, endpoint: 'token endpoint' };

  return async (signal, send, secret) => {
    const server = await findServer(signal);
    const attempt = () =>
      call(caller, signal, (tracked) =>
        send(
          server,
          client,
          authenticate,
          {
            ...requestOptions(tracked),
            ...(options.DPoP === undefined ? {} : { DPoP: options.DPoP }),
          },
          new URLSearchParams(parameters),
        ),
      );
    let answer = await attempt();
    // RFC 9449 section 8: the handle has noted the nonce of that answer. Nothing was redeemed. Once, or a server that never agrees would loop.
    if (options.DPoP !== undefined && answer.error === 'use_dpop_nonce') answer = await attempt();

    const { status, json } = answer;
    const usable =
      typeof json?.['access_token'] === 'string' || typeof json?.['refresh_token'] === 'string';
    if (status >= 200 && status < 300 && usable) return json as unknown as TokenResponse;
    const secrets = [secret, options.clientSecret].filter((text) => text !== undefined);
    throw refused(
      { ...answer, problem: answer.problem ?? (status < 300 ? 'no access_token' : undefined) },
      caller,
      secret !== undefined,
      secrets,
    );
  };
}

/** The client as oauth4webapi wants it; with a certificate, the endpoints that ask for one are used (RFC 8705 section 5). */
export function clientOf(options: ClientOptions): Client {
  checkClientOptions(options);
  const byCertificate =
    options.clientAuthentication === 'tls_client_auth' ||
    options.clientAuthentication === 'self_signed_tls_client_auth';
  return {
    client_id: options.clientId,
    ...(byCertificate ? { use_mtls_endpoint_aliases: true } : {}),
  };
}

/** The global fetch is looked up at each call, so that instrumentation or a mock that comes later counts. */
export function fetchOf(options?: ClientOptions): TokenFetch {
  return options?.fetch ?? ((url, init) => globalThis.fetch(url, init));
}

/** What every request is sent with. */
export function requestOptions(fetch: TokenFetch): RequestOptions {
  return {
    // The protocol has been checked, by a rule that knows loopback.
    [allowInsecureRequests]: true,
    // The body as a string: not every fetch takes the URLSearchParams of another realm. The content type is set already.
    // Nothing but `headers.get` is used of the response before it comes back, hence the narrower type.
    [customFetch]: (url, { method, headers, body }) =>
      fetch(url, { method, headers, body: String(body), redirect: 'manual' }) as Promise<Response>,
  };
}
