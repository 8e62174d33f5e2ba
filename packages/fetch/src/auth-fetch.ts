import type { RequestAuth, TokenInput } from 'unexpired';
import { type AuthOptions, createAuthorizer, explain, type Verdict } from 'unexpired/adapter';
import { Answer, release } from './answer.ts';
import { type BodyFactory, copyBody } from './body-copy.ts';
import { copyHeaders, getHeader, setHeaders } from './headers.ts';

/** Options of {@link createAuthFetch}. */
export interface AuthFetchOptions extends AuthOptions {
  /** Origins that may see the token; `'self'` is the page's own. HTTPS or loopback. No default. */
  readonly origins: readonly (string | URL)[];
  /** Default `globalThis.fetch`, looked up at each call. To wrap the global one, pass the original here, or whoever wraps ours calls it without end. */
  // oxlint-disable-next-line typescript/no-explicit-any -- undici's fetch and the platform's have types that do not fit each other
  readonly fetch?: ((input: any, init?: any) => Promise<any>) | undefined;
}

/** `RequestInit`, of which every option also takes `undefined`, as `fetch` does; a factory for a body; and `tokens`. */
type AuthInit = {
  [Name in keyof RequestInit]:
    | RequestInit[Name]
    | (Name extends 'body' ? BodyFactory : never)
    | undefined;
} & RequestAuth;

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
 * As {@link createAuthFetch}; `replayable` tells of a `Request` whether its body can be sent again, where that is known;
 * `base` is what `origins` defaults to.
 */
export function wrapFetch(
  tokens: TokenInput,
  options: AuthOptions & Pick<AuthFetchOptions, 'fetch'>,
  replayable?: (request: Request) => boolean | undefined,
  base?: string,
): AuthFetch {
  const { fetch: custom, ...rest } = options ?? {};
  const authorize = createAuthorizer(tokens, rest, base);
  const header = (rest.header ?? 'authorization').toLowerCase();
  if (custom !== undefined && typeof custom !== 'function')
    throw new TypeError(`fetch: expected a function, got ${typeof custom}`);
  const original = globalThis.fetch;

  const authFetch = async (input: string | URL | Request, init?: AuthInit): Promise<Response> => {
    // Looked up at each call, so that what patches the global one later (a mock, tracing) is not bypassed.
    const send: AuthFetchOptions['fetch'] & {} =
      custom ?? (globalThis.fetch === authFetch ? original : globalThis.fetch);
    const request = typeof input === 'object' && 'headers' in input ? input : undefined;
    const url = request ? request.url : hrefOf(input);
    // Both copied before anything is awaited: fetch, too, reads them at once.
    const headers = copyHeaders(init?.headers ?? request?.headers);
    const copy = copyInit(init);
    const signal = init?.signal === undefined ? request?.signal : init.signal;

    // Such a request can carry no header of ours, and its answer is not about one.
    const carries = (init?.mode ?? request?.mode) !== 'no-cors';
    const signing = carries
      ? authorize({
          method: (init?.method ?? request?.method ?? 'GET').toUpperCase(),
          url,
          carried: getHeader(headers, header),
          signal,
          tokens: init?.tokens,
        })
      : undefined;
    const factory = typeof copy?.body === 'function' ? copy.body : undefined;
    if (!signing && !factory)
      return send(input, init && 'tokens' in init ? (copy as RequestInit) : (init as RequestInit));
    const signature = signing && 'then' in signing ? await signing : signing;
    // A URL object that was changed while we waited: its new value was never checked.
    const target = request || hrefOf(input) === url ? input : url;
    const dispatch = async (
      to: typeof target,
      options: RequestInit | undefined,
    ): Promise<Response> => send(to, factory ? { ...options, body: await factory() } : options);
    if (!signature)
      return dispatch(
        target,
        (copy?.headers ? { ...copy, headers } : copy) as RequestInit | undefined,
      );

    const body = copyBody(request, copy?.body, request && replayable?.(request), signal);
    const signed = (copy ?? {}) as RequestInit;
    if (request && !Object.keys(signed).length) Object.assign(signed, referrerOf(request));
    signed.headers = headers;
    // Only `Authorization` is taken off on the way to another origin.
    if (header !== 'authorization' && (signed.redirect ?? request?.redirect) !== 'manual')
      signed.redirect = 'error';
    setHeaders(headers, signature.headers);
    try {
      const response = await dispatch(target, signed);
      const judged = signature.judge(new Answer(response), body.replayable);
      if (!judged) return response;
      const verdict = await judged.catch((error: unknown) => {
        void release(response);
        throw error;
      });
      if (verdict.cause) explain(response, verdict.cause);
      const again = verdict.replay && (await body.take());
      if (!again || !verdict.replay) {
        if (verdict.replay) verdict.notReplayed?.();
        return response;
      }
      setHeaders(headers, verdict.replay);
      await release(response);
      return await watchReplay(
        dispatch(again.input ?? target, again.body ? { ...signed, body: again.body } : signed),
        verdict,
      );
    } finally {
      body.drop();
    }
  };
  return authFetch;
}

async function watchReplay(replay: Promise<Response>, verdict: Verdict): Promise<Response> {
  try {
    const response = await replay;
    verdict.replayed?.(response.status);
    return response;
  } catch (error) {
    verdict.replayed?.(undefined);
    throw error;
  }
}

// Of a URL, or of whatever else fetch makes a string of.
const hrefOf = (input: unknown): string => (typeof input === 'string' ? input : `${input as URL}`);

// `for in`, because a Request is a valid init and has getters only.
function copyInit(init: AuthInit | undefined): AuthInit | undefined {
  if (!init) return undefined;
  const prototype: unknown = Object.getPrototypeOf(init);
  const copy: AuthInit = {};
  if (prototype === Object.prototype || prototype === null) Object.assign(copy, init);
  else for (const name in init) Object.assign(copy, { [name]: init[name as keyof AuthInit] });
  if ('tokens' in copy) delete (copy as { tokens?: unknown }).tokens;
  return copy;
}

// An init that is not empty resets the two, unless they are said again (Fetch standard, the Request constructor).
const referrerOf = ({ referrer, referrerPolicy }: Request): RequestInit => ({
  referrer,
  referrerPolicy,
});
