import type { Answer, AxiosLike, Config, Fetch } from './axios-like.ts';

interface Bare {
  defaults: Record<string, unknown>;
  request(config: object): Promise<Answer>;
}

/** The two things that only axios can do, and this package does not import it. */
export interface Dispatch {
  /** Sends a config through the adapter that it names. */
  send(adapter: unknown, config: Config): Promise<Answer>;
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
    const key = own ?? urls;
    if (!own && typeof globalThis.fetch !== 'function') return {};
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
  return {
    send: (adapter, config) =>
      typeof adapter === 'function'
        ? adapter(config)
        : bare().request({ ...config, ...observed(config.env), adapter, transformRequest: [], transformResponse: [] }),
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

export const timeoutMessage = (config: Config): string => config.timeoutErrorMessage || `timeout of ${config.timeout}ms exceeded`;
