import {
  type AuthorizationServer,
  dynamicClientRegistrationRequest,
  type JsonValue,
} from 'oauth4webapi';
import { TokenError } from 'unexpired';
import { classifyRefusal, type Meaning, refusalError } from './answer.ts';
import { type Answer, call } from './call.ts';
import { fetchOf, requestOptions } from './token-endpoint.ts';

/** What the server made of a registration (RFC 7591 section 3.2.1), as it said it. It need not be what was asked for. */
export interface RegisteredClient {
  readonly client_id: string;
  readonly client_secret?: unknown;
  readonly token_endpoint_auth_method?: unknown;
  readonly [member: string]: unknown;
}

/**
 * Registers a client (RFC 7591) at a server whose metadata `discoverServer` gave.
 *
 * Rejects with `TokenError`: `ERR_REFRESH_CONFIGURATION` where the server does not register such a client, or one for other
 * redirect_uris,
 * `ERR_REFRESH_UNAVAILABLE` where it may later: network, 408, 425, 429, 5xx, an answer of more than 1 MiB.
 *
 * @example
 * ```ts
 * const metadata = await discoverServer('https://id.example.com', {
 *   required: ['token_endpoint', 'registration_endpoint'],
 * });
 * const { client_id } = await registerClient(metadata, { redirect_uris: ['https://example.com/back'] }, { signal });
 * ```
 */
export async function registerClient(
  server: AuthorizationServer,
  client: Readonly<Record<string, JsonValue | undefined>>,
  { signal }: { readonly signal: AbortSignal },
): Promise<RegisteredClient> {
  const caller = { fetch: fetchOf(), endpoint: 'registration endpoint' };
  const answer = await call(caller, signal, (fetch) =>
    dynamicClientRegistrationRequest(server, client, requestOptions(fetch)),
  );
  const { status, json, problem = 'no client_id' } = answer;
  const { client_id, redirect_uris: registered } = json ?? {};
  if (status >= 200 && status < 300 && typeof client_id === 'string') {
    if (isElsewhere(registered, client['redirect_uris']))
      throw new TokenError('ERR_REFRESH_CONFIGURATION', {
        message:
          'The server registered the client for other redirect_uris: a login would never come back',
      });
    return { ...json, client_id };
  }
  throw refusalError(answer, caller.endpoint, meaningOf(answer), [], problem);
}

/** Nothing else than what is asked for would be registered, whatever the code: asking again is of no use. */
const meaningOf = (answer: Answer): Meaning =>
  answer.status >= 500 || [408, 425, 429].includes(answer.status) || answer.isCut
    ? classifyRefusal(answer, false)
    : ['ERR_REFRESH_CONFIGURATION', 'answered'];

/** Did the server register none of the places that were asked for? Where it says none, it took them. */
function isElsewhere(registered: unknown, asked: unknown): boolean {
  const places = placesIn(registered);
  return places.length > 0 && !placesIn(asked).some((place) => places.includes(place));
}

/** As URLs are compared; loopback may be registered without the port (RFC 8252 section 7.3). */
const placesIn = (list: unknown): string[] =>
  (Array.isArray(list) ? list : [])
    .filter((url): url is string => typeof url === 'string' && URL.canParse(url))
    .map((url) => new URL(url).href.replace(/[?#].*/, '').replace(/:\d+(?=\/)/, ''));
