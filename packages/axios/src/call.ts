import type { HeaderMap } from 'unexpired/adapter';
import type { Adapter, Answer, Config } from './axios-like.ts';
import type { Bare } from './bare.ts';
import { fetchOf } from './client-errors.ts';
import { isTunnelling, mayShowProxy, refuseInTheClear } from './in-the-clear.ts';
import { createObserver } from './observed.ts';
import type { Peer } from './peer.ts';
import { urlOf } from './target.ts';

/** Calls the adapter that is given or named, for a config as it is. `sent`: headers of ours that it has. */
export type Call = (adapter: unknown, config: Config, sent?: HeaderMap) => Promise<Answer>;

export function createCall(peer: Peer | undefined, bare: () => Bare): Call {
  const observed = createObserver();
  let fetchAdapter: Adapter | undefined;
  let latest: { readonly names: unknown; readonly adapter: Adapter } | undefined;
  // The function behind a name, where axios can be asked for it. An attachment asks with the same list each time.
  const adapterOf = (names: unknown, config: Config): Adapter | undefined => {
    if (typeof names === 'function') return names as Adapter;
    // Without any, axios takes its own default.
    if (!peer || !names) return undefined;
    if (latest?.names === names) return latest?.adapter;
    const adapter = peer.getAdapter(names);
    fetchAdapter ??= fetchOf(peer);
    if (adapter && adapter === fetchAdapter) return peer.getAdapter(names, observed(config.env));
    if (adapter) latest = { names, adapter };
    return adapter;
  };

  const tunnels = isTunnelling(peer?.VERSION);
  return (adapter, config, sent) => {
    const found = adapterOf(adapter, config);
    // The version is that of an adapter by name: a function may be another copy's.
    const guarded =
      sent &&
      !(tunnels && found && typeof adapter !== 'function') &&
      mayShowProxy(found) &&
      isSecure(config) &&
      carriesSecret(sent);
    if (found) return guarded ? sendGuarded(found, config) : found(config);
    return bare().request({
      ...config,
      ...observed(config.env),
      adapter,
      // Where axios hands the config over that it has made of this one.
      transformRequest: guarded ? [guardMerged] : [],
      transformResponse: [],
    });
  };
}

const isSecure = (config: Config): boolean => /^https:/i.test(urlOf(config));

const carriesSecret = (sent: HeaderMap): boolean =>
  Object.values(sent).some((value) => value !== undefined);

// axios's http adapter has chosen its agent when it returns, except for a form of `form-data`, whose length it asks first.
async function sendGuarded(adapter: Adapter, config: Config): Promise<Answer> {
  const end = refuseInTheClear(config);
  try {
    const sending = adapter(config);
    if (!('getLength' in Object(config.data))) end();
    return await sending;
  } finally {
    end();
  }
}

function guardMerged(this: Config, data: unknown): unknown {
  refuseInTheClear(this);
  return data;
}
