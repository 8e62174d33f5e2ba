import type { AuthOptions, RequestAuth, TokenInput } from 'unexpired';
import { checkOptions, createAuthorizer } from 'unexpired/adapter';
import type { AxiosLike, Config } from './axios-like.ts';
import { ATTACHED, createDispatch } from './dispatch.ts';
import { type Attached, exchange } from './exchange.ts';

declare module 'axios' {
  interface AxiosRequestConfig {
    /** `false` sends the request unsigned, a source overrides the attached one. */
    tokens?: RequestAuth['tokens'];
  }
}

type Wrapper = (config: Config) => Promise<unknown>;

interface Attachment extends Attached {
  readonly tokens: TokenInput;
  origins: ReadonlySet<string>;
  readonly detach: () => void;
}

/**
 * Gives every request of an axios instance a good token, and sends a request again, once, when the API refused its
 * token. Returns detach.
 *
 * `data` may be a function that makes the body, for streams that shall be sent again: it is called for each send.
 *
 * `origins` default: that of `instance.defaults.baseURL`, also when that is changed later; `'self'` where it is relative.
 *
 * The same instance and tokens twice is once, with the latest options; overlapping origins with other tokens is a
 * TypeError.
 *
 * @throws TypeError for a wrong option, and where there are neither `origins` nor a base URL. Requests reject with a `TokenError`, or with axios's own 401 and the
 * `TokenError` as its `cause`, as the table *What an adapter answers* says.
 *
 * @example
 * ```ts
 * const api = axios.create({ baseURL: 'https://api.example.com' });
 * const detach = attachAuth(api, tokens);
 * ```
 */
export function attachAuth(
  instance: AxiosLike,
  tokens: TokenInput,
  options: AuthOptions = {},
): () => void {
  const requests = instance?.interceptors?.request;
  if (typeof requests?.use !== 'function')
    throw new TypeError(
      `instance: expected an axios instance, such as axios.create() gives, got ${typeof instance}`,
    );
  const base = (): string | undefined =>
    (instance.defaults as { baseURL?: string } | undefined)?.baseURL;
  const authorize = createAuthorizer(tokens, options, base);
  const origins = checkOptions(options, base());
  const header = (options.header ?? 'Authorization').toLowerCase();

  const holder = instance as AxiosLike & { [ATTACHED]?: Attachment[] };
  if (!holder[ATTACHED]) Object.defineProperty(holder, ATTACHED, { value: [] });
  const all = holder[ATTACHED] as Attachment[];
  const overlapping = all.filter((other) =>
    [...origins].some((origin) => other.origins.has(origin)),
  );
  if (overlapping.some((other) => other.tokens !== tokens)) {
    throw new TypeError(
      'origins: other tokens are attached to this instance for one of these origins; detach those first',
    );
  }
  // Of two that serve one origin each would replay the other's replay.
  for (const other of overlapping.slice(1)) other.detach();
  if (overlapping[0]) return Object.assign(overlapping[0], { origins, authorize, header }).detach;

  const dispatch = createDispatch(instance);
  const attachment: Attachment = { tokens, origins, authorize, header, detach };
  // One for each adapter, not for each request: that costs less, and a config that is sent again is recognised by it.
  const wrappers = new WeakMap<object, Wrapper>();
  const named = new Map<string, Wrapper>();
  const wrapperOf = (adapter: unknown): Wrapper => {
    const names = typeof adapter === 'function' ? undefined : [adapter].flat().join();
    const known = names === undefined ? wrappers.get(adapter as Wrapper) : named.get(names);
    if (known) return known;
    const wrap = (config: Config): Promise<unknown> => {
      // The caller, and whoever sends this config again, sees the adapter that it gave.
      config.adapter = adapter;
      try {
        return exchange(config, adapter, attachment, dispatch);
      } catch (error) {
        return Promise.reject(error); // a wrong `tokens` of the request
      }
    };
    const wrapper: Wrapper = Object.assign(wrap, { [ATTACHED]: true });
    wrappers.set(wrapper, wrapper);
    if (names === undefined) wrappers.set(adapter as Wrapper, wrapper);
    else if (![adapter].flat().some((one) => typeof one === 'function')) named.set(names, wrapper);
    return wrapper;
  };
  // The latest one is mostly the right one, and sooner found. axios copies lists of names, so that none of them is the same twice.
  let latest: { readonly adapter: unknown; readonly wrapper: Wrapper } | undefined;
  const wrap = (config: Config): Config => {
    const { adapter } = config;
    if (!latest || !isSame(latest.adapter, adapter))
      latest = { adapter, wrapper: wrapperOf(adapter) };
    config.adapter = latest.wrapper;
    // What a factory makes is sent as it is; a transform would see the function, and make an empty body of it for JSON.
    if (typeof config.data === 'function') config.transformRequest = [];
    return config;
  };
  // Synchronous, or axios would run the chain of all interceptors through promises.
  const id = (
    requests.use as (onFulfilled: typeof wrap, onRejected: undefined, options: object) => number
  )(wrap, undefined, {
    synchronous: true,
  });
  all.push(attachment);

  function detach(): void {
    requests.eject(id);
    const index = all.indexOf(attachment);
    if (index >= 0) all.splice(index, 1);
  }
  return detach;
}

// A list of names is another list for each request.
const isSame = (one: unknown, other: unknown): boolean =>
  one === other ||
  (Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((name, index) => name === other[index]));
