import type { Options } from 'ky';
import type { AuthOptions, RequestAuth, TokenInput } from 'unexpired';
import { createAuthorizer, explain, isReplayable, tokenErrorOf } from 'unexpired/adapter';
import { wrapFetch } from './auth-fetch.ts';

declare module 'ky' {
  interface Options {
    /** `false` sends the request unsigned, a source overrides the attached one. */
    tokens?: RequestAuth['tokens'];
  }
}

/**
 * Options for `ky.extend()` that give every request a good token, and send a request again, once, when the API refused
 * its token. Works below ky's own retries and hooks, through its `fetch` option. `origins` default: that of the
 * instance's `baseUrl` or `prefixUrl` (`prefix` in ky 2).
 *
 * @throws TypeError for a wrong option; from `extend` where there are neither `origins` nor a base URL.
 *
 * @example
 * ```ts
 * const api = ky.extend(kyAuth(tokens, { origins: ['https://api.example.com'] }));
 * await api.get('https://api.example.com/me').json();
 * ```
 */
export function kyAuth(
  tokens: TokenInput,
  options: AuthOptions = {},
): (parent: Partial<Options>) => Partial<Options> {
  // For its checks. The rest runs when ky is extended; not until then is the base URL known.
  createAuthorizer(tokens, options, 'https://base.invalid');
  const kinds = new WeakMap<Request, boolean>();
  // ky hands over a Request, and what its body was made of is only known here.
  const note: Hook = (first, second) => {
    const { request, options: { body } = {} } = second
      ? { request: first as Request, options: second }
      : (first as HookState);
    // Without a body in the options the Request may have come with one of its own, of which nothing is known.
    if (body !== undefined && body !== null) kinds.set(request, isReplayable(body));
  };
  return (parent) => ({
    fetch: wrapFetch(
      tokens,
      { ...options, fetch: parent.fetch },
      (request) => kinds.get(request),
      baseOf(parent),
    ),
    hooks: {
      beforeRequest: [note],
      beforeRetry: [endForTokenError, note],
      beforeError: [attachCause],
    } as Options['hooks'] & {},
    retry: withoutTokenErrors(parent.retry),
  });
}

// `baseUrl` and `prefix` of ky 2, `prefixUrl` of ky 1. A prefix is put before a relative URL, and that on the base.
function baseOf(parent: Partial<Options>): string | undefined {
  const { baseUrl, prefixUrl, prefix } = parent as Partial<Record<string, string | URL>>;
  const base = [prefixUrl, prefix, baseUrl].find(
    (one) => one !== undefined && /^[a-z][a-z\d+.-]*:|^\/\//i.test(String(one)),
  );
  return String(base ?? baseUrl ?? prefixUrl ?? prefix ?? '') || undefined;
}

// ky 1 would retry whatever a fetch rejects with. That no token can be had is known already, and waited for.
function withoutTokenErrors(retry: Options['retry']): Options['retry'] & {} {
  const { shouldRetry, ...rest } =
    typeof retry === 'object' ? retry : retry === undefined ? {} : { limit: retry };
  return {
    ...rest,
    shouldRetry: (state) => (tokenErrorOf(state.error) ? false : shouldRetry?.(state)),
  };
}

// Where a later `retry` has taken the place of ours, a number for instance.
function endForTokenError({ error }: { readonly error: Error }): void {
  if (tokenErrorOf(error)) throw error;
}

interface HookState {
  readonly request: Request;
  readonly options?: { readonly body?: unknown };
}
// ky 2 gives its hooks one object; ky 1 gives beforeRequest and beforeError their arguments one by one.
type Hook = (first: Request | HookState, second?: HookState['options']) => void;

const attachCause = (first: { error?: unknown; response?: unknown }): unknown => {
  const error = (first.error ?? first) as { response?: object; cause?: unknown };
  const cause = tokenErrorOf(error.response);
  if (cause && error.cause === undefined) explain(error, cause);
  return error;
};
