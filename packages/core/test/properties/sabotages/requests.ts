import { atManager, atRefresh } from '../seams.ts';
import type { Sabotage } from './sabotage.ts';

/** What goes over the wire, and what is said of it. */
export const REQUESTS: readonly Sabotage[] = [
  {
    row: 'P7',
    what: 'a replay that was refused is replayed',
    seam: (core) => ({
      ...core,
      createAuthFetch(tokens, options) {
        const once = core.createAuthFetch(tokens, options);
        return async (input: Parameters<typeof once>[0], init?: Parameters<typeof once>[1]) => {
          const response = await once(input, init);
          return response.status === 401 ? once(input, init) : response;
        };
      },
    }),
  },
  {
    row: 'P12',
    what: 'errors are kept as they were thrown',
    seam: (core) => {
      let thrown: unknown;
      const keeping = atRefresh((refresh) => async (...args) => {
        try {
          return await refresh(...args);
        } catch (error) {
          throw (thrown = error);
        }
      });
      const telling = atManager((manager) => ({
        getToken: (wait) =>
          manager.getToken(wait).catch((error: unknown) => {
            throw Object.create(error as object, { cause: { value: thrown } });
          }),
      }));
      return telling(keeping(core));
    },
    where: { faulty: true },
  },
  {
    row: 'P13',
    what: 'every body counts as one that can be sent again',
    // The adapter is shown a text, and the body is put in its place when it is sent.
    seam: (core) => ({
      ...core,
      createAuthFetch: (tokens, options) => (input, init) =>
        core.createAuthFetch(tokens, {
          ...options,
          fetch: async (to: string, shown: RequestInit) =>
            options.fetch?.(to, { ...shown, body: init?.body }),
        })(input, { ...init, body: 'a text' }),
    }),
  },
];
