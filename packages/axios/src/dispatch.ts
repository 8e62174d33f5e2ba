import type { HeaderMap } from 'unexpired/adapter';
import type { Answer, AxiosLike, Config } from './axios-like.ts';
import { createBare } from './bare.ts';
import { type Call, createCall } from './call.ts';
import { type ClientErrors, createClientErrors } from './client-errors.ts';
import { createSent, forget } from './forget.ts';
import type { Serialize } from './frozen.ts';
import { peerOf } from './peer.ts';

/** Marks what is attached to an instance and the wrappers of its adapters, so that a reloaded copy of this module finds it. */
export const ATTACHED = Symbol.for('@unexpired/axios');

/** Members of a config that are others while it is sent. */
export type Members = Partial<Config> & { readonly [name: string]: unknown };

/** What only axios can do. */
export interface Dispatch extends ClientErrors {
  /** Sends a config as it is through the adapter that is given or named. `sent`: headers of ours that it has. */
  send: Call;
  /** What axios makes of params. */
  serialize: Serialize;
  /** Takes the headers that were sent out of an answer or an error, and puts the caller's config into it. */
  forget(found: unknown, config: Config, sent: HeaderMap): void;
  /** Sends a config without headers of ours, with these members in place of its own until it settles. */
  sendUnsigned(adapter: unknown, config: Config, members: Members | undefined): Promise<Answer>;
}

type Found = { config?: Config; response?: Answer } | undefined;

export function createDispatch(instance: AxiosLike): Dispatch {
  const peer = peerOf(instance);
  const bare = createBare(instance);
  const call = createCall(peer, bare);
  const readSent = createSent();

  const send: Call = (adapter, config, sent) =>
    // Another attachment's wrapper asks the factory itself.
    typeof config.data === 'function' && !(adapter as { [ATTACHED]?: true } | undefined)?.[ATTACHED]
      ? sendMade(call, adapter, config, sent)
      : call(adapter, config, sent);

  return {
    ...createClientErrors(peer, bare),
    send,
    serialize: (params, paramsSerializer) =>
      bare().getUri({ url: '', params, paramsSerializer }).slice(1),
    forget(found, config, sent) {
      forget(found, readSent(sent), config);
      giveBack(found as Found, config);
    },
    async sendUnsigned(adapter, config, members) {
      const own = members && replaceMembers(config, members);
      let found: Found;
      try {
        return (found = await send(adapter, config));
      } catch (error) {
        found = error as Found;
        throw error;
      } finally {
        if (own) restoreMembers(config, own);
        giveBack(found, config);
      }
    },
  };
}

// The caller's config, not a copy: a caller that sends it again starts from what it gave.
function giveBack(found: Found, config: Config): void {
  // One that is frozen stays as it is.
  if (found?.config && found.config !== config) Reflect.set(found, 'config', config);
  if (found?.response && found.response.config !== config)
    Reflect.set(found.response, 'config', config);
}

// Sends what the factory makes.
async function sendMade(
  call: Call,
  adapter: unknown,
  config: Config,
  sent: HeaderMap | undefined,
): Promise<Answer> {
  const factory = config.data as () => unknown;
  config.data = await factory();
  try {
    return await call(adapter, config, sent);
  } finally {
    config.data = factory;
  }
}

/** Replaces members of a config. Returns what they were, for {@link restoreMembers}. */
export function replaceMembers(config: Config, members: Members): Members {
  const replaced: Record<string, unknown> = {};
  const own = config as unknown as Record<string, unknown>;
  for (const name in members) {
    if (own[name] === members[name]) continue;
    replaced[name] = own[name];
    own[name] = members[name];
  }
  return replaced;
}

/** Gives a config the members back that were replaced. Of one that was added nothing stays. */
export function restoreMembers(config: Config, replaced: Members): void {
  const own = config as unknown as Record<string, unknown>;
  for (const name in replaced) {
    if (replaced[name] === undefined) delete own[name];
    else own[name] = replaced[name];
  }
}
