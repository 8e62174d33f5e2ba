import type { HeaderMap } from 'unexpired/adapter';
import type { Adapter, Answer, AxiosLike, Config } from './axios-like.ts';
import { createSent, forget } from './forget.ts';
import { mayShowProxy, refuseInTheClear } from './in-the-clear.ts';
import { createObserver } from './observed.ts';
import { type Peer, peerOf } from './peer.ts';
import { urlOf } from './target.ts';

/** Marks what is attached to an instance and the wrappers of its adapters, so that a reloaded copy of this module finds it. */
export const ATTACHED = Symbol.for('@unexpired/axios');

interface Bare {
  defaults: Record<string, unknown>;
  interceptors: Record<'request' | 'response', { clear?(): void }>;
  request(config: object): Promise<Answer>;
}

/** Members of a config that are others while it is sent. */
export type Members = Partial<Config> & { readonly [name: string]: unknown };

/** What only axios can do. */
export interface Dispatch {
  /**
   * Sends a config through the adapter that it names, with these members in place of its own until it settles. `sent`:
   * headers that are not to be found in anything that comes back.
   */
  send(adapter: unknown, config: Config, members?: Members, sent?: HeaderMap): Promise<Answer>;
  /** The error of axios's own adapters when `timeout` has passed. */
  timeoutError(config: Config): Promise<unknown>;
  /** The error of axios's own adapters for a body that failed, or without an `error`, that ended early. */
  bodyError(config: Config, error: unknown): Promise<unknown>;
}

export function createDispatch(instance: AxiosLike): Dispatch {
  const peer = peerOf(instance);
  const bare = createBare(instance);
  const observed = createObserver();
  const readSent = createSent();

  let fetchAdapter: Adapter | undefined;
  let latest: { readonly names: unknown; readonly adapter: Adapter } | undefined;
  // The function behind a name, where axios can be asked for it. An attachment asks with the same list each time.
  const adapterOf = (names: unknown, config: Config): Adapter | undefined => {
    if (typeof names === 'function') return names as Adapter;
    if (!peer) return undefined;
    if (latest?.names === names) return latest?.adapter;
    const adapter = peer.getAdapter(names);
    fetchAdapter ??= fetchOf(peer);
    if (adapter && adapter === fetchAdapter) return peer.getAdapter(names, observed(config.env));
    if (adapter) latest = { names, adapter };
    return adapter;
  };

  const call = (adapter: unknown, config: Config, sent?: HeaderMap): Promise<Answer> => {
    const found = adapterOf(adapter, config);
    const guarded =
      sent &&
      isSecure(config) &&
      carriesSecret(sent) &&
      mayShowProxy(found, found ? versionOf(adapter) : undefined);
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
  // That of an adapter by name: a function may be another copy's.
  const versionOf = (adapter: unknown): string | undefined =>
    typeof adapter === 'function' ? undefined : peer?.VERSION;

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
    async timeoutError(config) {
      const { AxiosError } = await classesOf(peer, bare);
      return new AxiosError(
        timeoutMessage(config),
        config.transitional?.clarifyTimeoutError ? 'ETIMEDOUT' : 'ECONNABORTED',
        config,
      );
    },
    async bodyError(config, error) {
      const { AxiosError, CanceledError } = await classesOf(peer, bare);
      const [first] = [config.adapter].flat();
      if (
        first === 'fetch' ||
        (first && first === fetchAdapter) ||
        'getReader' in Object(config.data)
      ) {
        const failed = new AxiosError('Network Error', 'ERR_NETWORK', config);
        return Object.defineProperty(failed, 'cause', {
          value:
            error ??
            Object.assign(new Error('Premature close'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
          writable: true,
          configurable: true,
        });
      }
      return error === undefined
        ? new CanceledError('Request stream has been aborted', config)
        : AxiosError.from(error, null, config);
    },
  };
}

/** The message of axios's own adapters when `timeout` has passed. */
export const timeoutMessage = (config: Config): string =>
  config.timeoutErrorMessage || `timeout of ${config.timeout}ms exceeded`;

/** An instance without interceptors, transforms and defaults, for names of adapters that only axios can look up. */
function createBare(instance: AxiosLike): () => Bare {
  let made: Bare | undefined;
  return () => {
    if (!made) {
      const { create, constructor } = instance as unknown as {
        create?(defaults: object): Bare;
        constructor: new (defaults: object) => Bare;
      };
      made = create ? create({}) : new constructor({});
      // A patched `create` may have attached something.
      for (const side of ['request', 'response'] as const) made.interceptors[side].clear?.();
      // Every default is in the config already. Merged once more, a header that somebody took out would be back.
      for (const name of Object.keys(made.defaults)) delete made.defaults[name];
    }
    return made;
  };
}

/** axios's own classes of errors; where it cannot be asked, those of errors that it makes by itself. */
async function classesOf(
  peer: Peer | undefined,
  bare: () => Bare,
): Promise<Pick<Peer, 'AxiosError' | 'CanceledError'>> {
  if (peer) return peer;
  const classOf = (config: object): Promise<unknown> =>
    bare()
      .request(config)
      .catch((error: unknown) => (error as Error).constructor);
  return {
    AxiosError: (await classOf({ adapter: '-' })) as Peer['AxiosError'],
    CanceledError: (await classOf({ signal: { aborted: true } })) as Peer['CanceledError'],
  };
}

// axios throws where a platform has none.
function fetchOf(peer: Peer): Adapter | undefined {
  try {
    return peer.getAdapter('fetch');
  } catch {
    return undefined;
  }
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
