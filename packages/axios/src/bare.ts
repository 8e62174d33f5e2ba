import type { Answer, AxiosLike } from './axios-like.ts';

/** As much of an instance as we make one for. */
export interface Bare {
  defaults: Record<string, unknown>;
  interceptors: Record<'request' | 'response', { clear?(): void }>;
  request(config: object): Promise<Answer>;
  getUri(config: object): string;
}

/** An instance without interceptors, transforms and defaults, for names of adapters that only axios can look up. */
export function createBare(instance: AxiosLike): () => Bare {
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
