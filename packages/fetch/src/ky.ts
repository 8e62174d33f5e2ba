import type { Options } from 'ky';
import type { AuthOptions, RequestAuth, TokenInput } from 'unexpired';
import { createAuthorizer, explain, tokenErrorOf } from 'unexpired/adapter';
import { wrapFetch } from './auth-fetch.ts';
import { isEverybodys, type KyOptions, sendWithoutBudget, takeBudgetOff } from './ky-budget.ts';

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
  const sources = new WeakMap<Request, unknown>();
  // A hook may put a request of its own in the place of ky's; from then on there are other options for its hooks.
  const kysOwn = new WeakSet<KyOptions>();
  // ky hands over a Request, and what its body was made of is only known here.
  const note = ({ request, options }: HookState): void => {
    // Without a body in the options the Request may have come with one of its own, of which nothing is known.
    if (options.body !== undefined && options.body !== null && kysOwn.has(options))
      sources.set(request, options.body);
  };
  const noteFirst = (state: HookState): void => {
    kysOwn.add(state.options);
    note(state);
  };
  return (parent) => {
    const fetch = wrapFetch(
      tokens,
      { ...options, fetch: parent.fetch },
      (request) => sources.get(request),
      baseOf(parent),
    );
    const init = (options: KyOptions): void => {
      takeBudgetOff(options);
      options.hooks = {
        ...options.hooks,
        beforeRequest: [noteFirst, ...(options.hooks?.beforeRequest ?? [])],
      };
    };
    const beforeRequest: BeforeRequest = (request, options, state) => {
      if (!options) return undefined;
      // Runs before each retry as well, and not at all once another hook has given a request.
      if (state?.retryCount) note({ request, options });
      else noteFirst({ request, options });
      return isEverybodys(options) ? sendFirst(request, options) : undefined;
    };
    // ky 1 takes a Response from a hook. What a mock gives instead is kept until ky asks for it.
    const early = new WeakMap<object, Response>();
    const sendFirst = async (request: Request, own: KyOptions): Promise<Response | undefined> => {
      const response = await sendWithoutBudget(request, own, parent.fetch);
      if (response instanceof Response) return response;
      early.set(request, response);
      return undefined;
    };
    return {
      fetch: async (input, init) => early.get(Object(input) as object) ?? fetch(input, init),
      hooks: {
        init: [init],
        beforeRequest: [beforeRequest as never],
        beforeRetry: [endForTokenError, note],
        beforeError: [attachCause],
      } as Options['hooks'] & {},
      retry: withoutTokenErrors(parent.retry),
    };
  };
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
  readonly options: KyOptions;
}
// ky 1's, which gets its arguments one by one. ky 2 gives one object, and its hooks are set by `init`: ours has to be the first.
type BeforeRequest = (
  request: Request,
  options?: KyOptions,
  state?: { readonly retryCount: number },
) => Promise<Response | undefined> | undefined;

const attachCause = (first: { error?: unknown; response?: unknown }): unknown => {
  const error = (first.error ?? first) as { response?: object; cause?: unknown };
  const cause = tokenErrorOf(error.response);
  if (cause && error.cause === undefined) explain(error, cause);
  return error;
};
