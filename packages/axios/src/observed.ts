import type { Config, Fetch } from './axios-like.ts';

/** axios's fetch adapter does not say where an answer came from, so its fetch is looked over the shoulder (since 1.12). */
export function createObserver(): (env: Config['env']) => { env?: object } {
  const observers = new WeakMap<Fetch, Fetch>();
  return (env) => {
    const own = env?.fetch;
    if (!own)
      return typeof globalThis.fetch === 'function'
        ? { env: { ...env, fetch: observeGlobal } }
        : {};
    let observer = observers.get(own);
    if (!observer) observers.set(own, (observer = (...call) => observe(own, ...call)));
    return { env: { ...env, fetch: observer } };
  };
}

async function observe(send: Fetch, request: unknown, init?: RequestInit): Promise<Response> {
  const response = await send(request, init);
  // Under the name that XMLHttpRequest has for it.
  Reflect.defineProperty(Object(request), 'responseURL', { value: response.url });
  return response;
}

// One for all instances: axios never forgets a fetch that it was given.
const observeGlobal: Fetch = (request, init) => observe(globalThis.fetch as Fetch, request, init);
