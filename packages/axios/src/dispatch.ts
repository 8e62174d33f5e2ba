import type { Answer, AxiosLike, Config, Fetch } from './axios-like.ts';
import { guardRedirect } from './target.ts';

interface Bare {
  defaults: Record<string, unknown>;
  request(config: object): Promise<Answer>;
}

/** What only axios can do, and this package does not import it. */
export interface Dispatch {
  /** Sends a config through the adapter that it names; `signed`: the URL, if it carries a token; `timeout` in place of its own. */
  send(adapter: unknown, config: Config, signed?: string, timeout?: number): Promise<Answer>;
  /** Where an answer came from, `''` where nobody says. */
  urlOf(answer: Answer): string;
  /** The error of axios's own adapters when `timeout` has passed. */
  timeoutError(config: Config): Promise<unknown>;
}

export function createDispatch(instance: AxiosLike): Dispatch {
  let made: Bare | undefined;
  // An instance without interceptors, transforms and defaults: names of adapters can be looked up by axios only.
  const bare = (): Bare => {
    if (!made) {
      const { create, constructor } = instance as unknown as { create?(): Bare; constructor: new (defaults: object) => Bare };
      made = create ? create() : new constructor({});
      // Every default is in the config already. Merged once more, a header that somebody took out would be back.
      for (const name of Object.keys(made.defaults)) delete made.defaults[name];
    }
    return made;
  };

  // axios's fetch adapter does not say where an answer came from, so its fetch is looked over the shoulder (since 1.12).
  const urls = new WeakMap<object, string>();
  const observers = new WeakMap<object, Fetch>();
  const observed = (env: Config['env']): { env?: object } => {
    const own = env?.fetch;
    if (!own && typeof globalThis.fetch !== 'function') return {};
    const key = own ?? urls;
    let observer = observers.get(key);
    if (!observer) {
      observer = async (request, init) => {
        const response = await (own ?? globalThis.fetch)(request as Request, init);
        urls.set(Object(request), response.url);
        return response;
      };
      observers.set(key, observer);
    }
    return { env: { ...env, fetch: observer } };
  };

  const send = (adapter: unknown, config: Config, signed?: string, timeout?: number, made?: { data: unknown }): Promise<Answer> => {
    const named = typeof adapter !== 'function';
    const copy = {
      ...config,
      ...made,
      ...(timeout && { timeout, timeoutErrorMessage: timeoutMessage(config) }),
      ...(signed && { auth: undefined, beforeRedirect: guardRedirect(signed, config.beforeRedirect) }),
      ...(named && { ...observed(config.env), adapter, transformRequest: [], transformResponse: [] }),
    };
    // The caller's config, not the copy: whoever sends it again starts from what the caller gave.
    const restore = (found: { config?: Config; response?: Answer } | undefined): void => {
      if (found?.config) found.config = config;
      if (found?.response) found.response.config = config;
    };
    return (named ? bare().request(copy) : (adapter as (copy: object) => Promise<Answer>)(copy)).then(
      (answer) => {
        restore(answer);
        return answer;
      },
      (error) => {
        restore(error);
        throw error;
      },
    );
  };

  return {
    send(adapter, config, signed, timeout) {
      if (typeof config.data === 'function')
        return make(config.data as () => unknown).then((data) => send(adapter, config, signed, timeout, { data }));
      // Nothing of the config has to differ for it.
      if (typeof adapter === 'function' && !timeout && !(signed && config.auth)) return adapter(config);
      return send(adapter, config, signed, timeout);
    },
    urlOf: ({ request }) => request?.responseURL ?? request?.res?.responseUrl ?? urls.get(Object(request)) ?? '',
    async timeoutError(config) {
      // Its class comes from an error that axios makes by itself.
      const error: unknown = await bare()
        .request({ adapter: '-' })
        .catch((unknownAdapter: unknown) => unknownAdapter);
      const { constructor: AxiosError } = error as { constructor: new (message: string, code: string, config: Config) => unknown };
      return new AxiosError(timeoutMessage(config), config.transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED', config);
    },
  };
}

// Asynchronous, so that what it throws rejects.
const make = async (factory: () => unknown): Promise<unknown> => factory();

const timeoutMessage = (config: Config): string => config.timeoutErrorMessage || `timeout of ${config.timeout}ms exceeded`;
