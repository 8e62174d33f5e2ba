import type { TokenInput } from 'unexpired';
import { type AuthOptions, createAuthorizer, nameOf, type Signature } from 'unexpired/adapter';
import { type AuthInit, type Call, readCall } from './call.ts';
import { type AnyFetch, type Client, describeClient } from './client.ts';
import { getHeader } from './headers.ts';
import { frozen, sendSigned, sendUnsigned, waitForToken } from './sending.ts';

/** Options of {@link createAuthFetch}. */
export interface AuthFetchOptions extends AuthOptions {
  /** Origins that may see the token; `'self'` is the page's own. HTTPS or loopback. No default. */
  readonly origins: readonly (string | URL)[];
  /** Default `globalThis.fetch`, looked up at each call. To wrap the global one, pass the original here: the wrapper and ours would call each other without end. */
  // oxlint-disable-next-line typescript/no-explicit-any -- undici's fetch and the platform's have types that do not fit each other
  readonly fetch?: ((input: any, init?: any) => Promise<any>) | undefined;
}

/**
 * `fetch`, with one more option for each request: `tokens`. And `body` may be a function that makes it, for streams that
 * shall be sent again: it is called for each send.
 */
export type AuthFetch = typeof globalThis.fetch &
  ((input: string | URL | Request, init?: AuthInit) => Promise<Response>);

/**
 * A `fetch` whose requests carry a good token, and that sends a request again, once, when the API refused its token.
 * Everything else is as the underlying fetch has it.
 *
 * @throws TypeError for a wrong option. The returned function rejects with a `TokenError` where the table *What an
 * adapter answers* says so.
 *
 * @example
 * ```ts
 * const authFetch = createAuthFetch(tokens, { origins: ['https://api.example.com'] });
 * const response = await authFetch('https://api.example.com/me');
 * ```
 */
export function createAuthFetch(tokens: TokenInput, options: AuthFetchOptions): AuthFetch {
  return wrapFetch(tokens, options);
}

/**
 * As {@link createAuthFetch}; `sourceOf` tells of a `Request` what its body was made of, where that is known; `base` is
 * what `origins` defaults to.
 */
export function wrapFetch(
  tokens: TokenInput,
  options: AuthOptions & Pick<AuthFetchOptions, 'fetch'>,
  sourceOf?: (request: Request) => unknown,
  base?: string,
): AuthFetch {
  const { fetch: custom, ...rest } = options ?? {};
  const authorize = createAuthorizer(tokens, rest, base);
  const header = (rest.header ?? 'authorization').toLowerCase();
  if (custom !== undefined && typeof custom !== 'function')
    throw new TypeError(`fetch: expected a function, got ${nameOf(custom)}`);
  const original = globalThis.fetch;

  let client: Client | undefined;
  const clientOf = (send: AnyFetch): Client => {
    if (client?.send !== send)
      client = describeClient(send, custom === undefined || custom === original);
    return client;
  };
  const start = (input: string | URL | Request, init?: AuthInit): Promise<Response> => {
    // Looked up at each call, so that what patches the global one later (a mock, tracing) is not bypassed.
    const send: AnyFetch = custom ?? (globalThis.fetch === authFetch ? original : globalThis.fetch);
    const call = tryToRead(input, init, header);
    if (!call) return Promise.resolve<Response>(send(input, init));
    // Such a request can carry no header of ours, and its answer is not about one.
    const carries = (call.init?.mode ?? call.request?.mode) !== 'no-cors';
    const signing = carries
      ? authorize({
          method: call.method,
          url: call.url,
          carried: getHeader(call.headers, header),
          signal: call.signal,
          tokens: init?.tokens,
        })
      : undefined;
    if (!signing)
      return call.factory
        ? sendUnsigned(clientOf(send), call)
        : Promise.resolve<Response>(send(input, init && 'tokens' in init ? call.init : init));
    const source = call.request && sourceOf?.(call.request);
    return 'then' in signing
      ? sendLater(clientOf(send), frozen(call), signing, source)
      : sendSigned(clientOf(send), call, signing, source);
  };
  // Not async: that would be one promise more for each request.
  const authFetch = (input: string | URL | Request, init?: AuthInit): Promise<Response> => {
    try {
      return start(input, init);
    } catch (error) {
      return Promise.reject(error); // as fetch does with what it is given
    }
  };
  const { length } = custom ?? original ?? authFetch;
  return Object.defineProperty(authFetch, 'length', { value: length, configurable: true });
}

async function sendLater(
  client: Client,
  call: Call,
  signing: Promise<Signature | undefined>,
  source: unknown,
): Promise<Response> {
  const signature = await waitForToken(signing, call, client);
  return signature && !signature.isRefresh
    ? sendSigned(client, call, signature, source)
    : sendUnsigned(client, call);
}

// A call that cannot be read is for the fetch below to refuse, with its own error.
function tryToRead(...call: Parameters<typeof readCall>): Call | undefined {
  try {
    return readCall(...call);
  } catch {
    return undefined;
  }
}
