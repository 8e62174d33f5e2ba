import type { Config } from './axios-like.ts';
import { ATTACHED, type Dispatch } from './dispatch.ts';
import { type Attached, exchange } from './exchange.ts';

type Wrapper = (config: Config) => Promise<unknown>;

/** Puts a wrapper in place of the adapter of a config, as a request interceptor does. */
export function createWrap(attached: Attached, dispatch: Dispatch): (config: Config) => Config {
  // One for each adapter, not for each request: that costs less, and a config that is sent again is recognised by it.
  const wrappers = new WeakMap<object, Wrapper>();
  const named = new Map<string, Wrapper>();
  const wrapperOf = (adapter: unknown): Wrapper => {
    const names = typeof adapter === 'function' ? undefined : [adapter].flat().join();
    const known = names === undefined ? wrappers.get(adapter as Wrapper) : named.get(names);
    if (known) return known;
    const wrap = (config: Config): Promise<unknown> => {
      // The caller, and code that sends this config again, sees the adapter that the caller gave.
      config.adapter = adapter;
      try {
        return exchange(config, adapter, attached, dispatch);
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
  return (config) => {
    const { adapter } = config;
    if (!latest || !isSame(latest.adapter, adapter))
      latest = { adapter, wrapper: wrapperOf(adapter) };
    config.adapter = latest.wrapper;
    // What a factory makes is sent as it is; a transform would see the function, and make an empty body of it for JSON.
    if (typeof config.data === 'function') config.transformRequest = [];
    return config;
  };
}

// A list of names is another list for each request.
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}
