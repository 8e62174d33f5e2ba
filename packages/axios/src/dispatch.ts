import type { HeaderMap } from 'unexpired/adapter';
import type { Adapter, Answer, AxiosLike, Config } from './axios-like.ts';
import { createBare } from './bare.ts';
import { createCall } from './call.ts';
import { type ClientErrors, createClientErrors } from './client-errors.ts';
import { createSent, forget } from './forget.ts';
import { peerOf } from './peer.ts';

/** Marks what is attached to an instance and the wrappers of its adapters, so that a reloaded copy of this module finds it. */
export const ATTACHED = Symbol.for('@unexpired/axios');

/** Members of a config that are others while it is sent. */
export type Members = Partial<Config> & { readonly [name: string]: unknown };

/** What only axios can do. */
export interface Dispatch extends ClientErrors {
  /**
   * Sends a config through the adapter that it names, with these members in place of its own until it settles. `sent`:
   * headers that are not to be found in anything that comes back.
   */
  send(adapter: unknown, config: Config, members?: Members, sent?: HeaderMap): Promise<Answer>;
}

export function createDispatch(instance: AxiosLike): Dispatch {
  const peer = peerOf(instance);
  const bare = createBare(instance);
  const call = createCall(peer, bare);
  const readSent = createSent();

  const deliver = async (
    adapter: unknown,
    config: Config,
    members: Members | undefined,
    sent: HeaderMap | undefined,
  ): Promise<Answer> => {
    const own = members && replaceMembers(config, members);
    // The caller's config, not a copy: whoever sends it again starts from what the caller gave.
    const restore = (found: { config?: Config; response?: Answer } | undefined): void => {
      if (own) Object.assign(config, own);
      if (sent) forget(found, readSent(sent), config);
      if (found?.config) found.config = config;
      if (found?.response) found.response.config = config;
    };
    try {
      const answer = await call(adapter, config, sent);
      restore(answer);
      return answer;
    } catch (error) {
      restore(error as Answer);
      throw error;
    }
  };

  return {
    ...createClientErrors(peer, bare),
    send(adapter, config, members, sent) {
      const data = members && 'data' in members ? members.data : config.data;
      // Another attachment's wrapper asks the factory itself.
      if (typeof data === 'function' && !(adapter as { [ATTACHED]?: true } | undefined)?.[ATTACHED])
        return make(data as () => unknown).then((made) =>
          deliver(adapter, config, { ...members, data: made }, sent),
        );
      // Nothing of the config has to differ for it.
      if (!members && !sent && typeof adapter === 'function') return (adapter as Adapter)(config);
      return deliver(adapter, config, members, sent);
    },
  };
}

/** Replaces members of a config. Returns what they were, to be assigned again. */
function replaceMembers(config: Config, members: Members): Members {
  const replaced: Record<string, unknown> = {};
  const own = config as unknown as Record<string, unknown>;
  for (const name in members) {
    if (own[name] === members[name]) continue;
    replaced[name] = own[name];
    own[name] = members[name];
  }
  return replaced;
}

// Asynchronous, so that what it throws rejects.
const make = async (factory: () => unknown): Promise<unknown> => factory();
