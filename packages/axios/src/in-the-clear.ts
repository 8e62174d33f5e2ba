import type { Adapter, Config } from './axios-like.ts';

/** The first version of axios (1.x) that asks an http: proxy for a tunnel where the request goes to https:. */
const TUNNELS = 16;

export function isTunnelling(version: string | undefined): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(version ?? '') ?? [];
  return major !== undefined && (Number(major) > 1 || Number(minor) >= TUNNELS);
}

/** May this adapter, of a version that is not known, show a proxy what goes to https:? */
export function mayShowProxy(adapter: Adapter | undefined): boolean {
  // Every copy of axios names its own adapters so; without one, a name is looked up by axios itself.
  return (
    adapter === undefined || (adapter as { readonly adapterName?: unknown }).adapterName === 'http'
  );
}

/**
 * Refuses to send a config to https: through a proxy that would see it. Which proxy there is, is said by the config or by
 * the environment, and only axios knows. It chooses the agent after that, and there reads `httpAgent` for a second time
 * exactly when it is about to send the request in the clear.
 *
 * @returns Ends that.
 */
export function refuseInTheClear(config: Config): () => void {
  const own = Object.getOwnPropertyDescriptor(config, 'httpAgent');
  const { httpAgent } = config;
  let reads = 0;
  Object.defineProperty(config, 'httpAgent', {
    configurable: true,
    enumerable: false, // the fetch adapter merges configs: that is no second read
    get() {
      if (reads++ === 0) return httpAgent;
      throw new TypeError(
        'proxy: it would see the token: this axios sends what goes to https: through an http: proxy in the clear. Use axios 1.16 or newer, or a tunnelling httpsAgent with proxy: false',
      );
    },
  });
  return () => {
    if (own) Object.defineProperty(config, 'httpAgent', own);
    else delete config.httpAgent;
  };
}
