import type { Answer, AxiosLike, Config, Fetch } from './axios-like.ts';

/** Marks what is attached to an instance and the wrappers of its adapters, so that a reloaded copy of this module finds it. */
export const ATTACHED = Symbol.for('@unexpired/axios');

interface Bare {
  defaults: Record<string, unknown>;
  request(config: object): Promise<Answer>;
}

/** What only axios can do, and this package does not import it. */
export interface Dispatch {
  /** Sends a config through the adapter that it names; `timeout` in place of its own. */
  send(adapter: unknown, config: Config, timeout?: number): Promise<Answer>;
  /** The error of axios's own adapters when `timeout` has passed. */
  timeoutError(config: Config): Promise<unknown>;
}

export function createDispatch(instance: AxiosLike): Dispatch {
  let made: Bare | undefined;
  // An instance without interceptors, transforms and defaults: names of adapters can be looked up by axios only.
  const bare = (): Bare => {
    if (!made) {
      const { create, constructor } = instance as unknown as {
        create?(): Bare;
        constructor: new (defaults: object) => Bare;
      };
      made = create ? create() : new constructor({});
      // Every default is in the config already. Merged once more, a header that somebody took out would be back.
      for (const name of Object.keys(made.defaults)) delete made.defaults[name];
    }
    return made;
  };

  const observers = new WeakMap<Fetch, Fetch>();
  const observed = (env: Config['env']): { env?: object } => {
    const own = env?.fetch;
    if (!own)
      return typeof globalThis.fetch === 'function'
        ? { env: { ...env, fetch: observeGlobal } }
        : {};
    let observer = observers.get(own);
    if (!observer) observers.set(own, (observer = (...call) => observe(own, ...call)));
    return { env: { ...env, fetch: observer } };
  };

  const send = (
    adapter: unknown,
    config: Config,
    timeout?: number,
    made?: { data: unknown },
  ): Promise<Answer> => {
    const named = typeof adapter !== 'function';
    const copy = {
      ...config,
      ...made,
      ...(timeout && { timeout, timeoutErrorMessage: timeoutMessage(config) }),
      ...(named && {
        ...observed(config.env),
        adapter,
        transformRequest: [],
        transformResponse: [],
      }),
    };
    // The caller's config, not the copy: whoever sends it again starts from what the caller gave.
    const restore = <Found extends { config?: Config; response?: Answer } | undefined>(
      found: Found,
    ): Found => {
      if (found?.config) found.config = config;
      if (found?.response) found.response.config = config;
      return found;
    };
    return (
      named ? bare().request(copy) : (adapter as (copy: object) => Promise<Answer>)(copy)
    ).then(restore, (error) => {
      throw restore(error);
    });
  };

  return {
    send(adapter, config, timeout) {
      // Another attachment's wrapper asks the factory itself.
      if (
        typeof config.data === 'function' &&
        !(adapter as { [ATTACHED]?: true } | undefined)?.[ATTACHED]
      )
        return make(config.data as () => unknown).then((data) =>
          send(adapter, config, timeout, { data }),
        );
      // Nothing of the config has to differ for it.
      if (typeof adapter === 'function' && !timeout) return adapter(config);
      return send(adapter, config, timeout);
    },
    async timeoutError(config) {
      // Its class comes from an error that axios makes by itself.
      const error: unknown = await bare()
        .request({ adapter: '-' })
        .catch((unknownAdapter: unknown) => unknownAdapter);
      const { constructor: AxiosError } = error as {
        constructor: new (message: string, code: string, config: Config) => unknown;
      };
      return new AxiosError(
        timeoutMessage(config),
        config.transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED',
        config,
      );
    },
  };
}

// axios's fetch adapter does not say where an answer came from, so its fetch is looked over the shoulder (since 1.12).
async function observe(send: Fetch, request: unknown, init?: RequestInit): Promise<Response> {
  const response = await send(request, init);
  // Under the name that XMLHttpRequest has for it.
  Reflect.defineProperty(Object(request), 'responseURL', { value: response.url });
  return response;
}

// One for all instances: axios never forgets a fetch that it was given.
const observeGlobal: Fetch = (request, init) => observe(globalThis.fetch as Fetch, request, init);

// Asynchronous, so that what it throws rejects.
const make = async (factory: () => unknown): Promise<unknown> => factory();

const timeoutMessage = (config: Config): string =>
  config.timeoutErrorMessage || `timeout of ${config.timeout}ms exceeded`;
