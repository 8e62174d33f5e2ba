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
  // ky hands over a Request, and what its body was made of is only known here.
  const note = ({ request, options: { body } = {} }: HookState): void => {
    // Without a body in the options the Request may have come with one of its own, of which nothing is known.
    if (body !== undefined && body !== null) sources.set(request, body);
  };
  return (parent) => {
    const fetch = wrapFetch(
      tokens,
      { ...options, fetch: parent.fetch },
      (request) => sources.get(request),
      baseOf(parent),
    );
    const beforeRequest: BeforeRequest = (first, second) => {
      if (!second) return note(first as HookState);
      note({ request: first as Request, options: second });
      return isEverybodys(second) ? sendFirst(first as Request, second) : undefined;
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
        init: [takeBudgetOff],
        beforeRequest: [beforeRequest],
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
  readonly options?: KyOptions;
}
// ky 2 gives its hooks one object; ky 1 gives beforeRequest and beforeError their arguments one by one.
type BeforeRequest = (
  first: Request | HookState,
  second?: KyOptions,
) => Promise<Response | undefined> | undefined | void;

const attachCause = (first: { error?: unknown; response?: unknown }): unknown => {
  const error = (first.error ?? first) as { response?: object; cause?: unknown };
  const cause = tokenErrorOf(error.response);
  if (cause && error.cause === undefined) explain(error, cause);
  return error;
};
