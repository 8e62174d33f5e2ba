import { createAuthFetch } from '@unexpired/fetch';
import { kyAuth } from '@unexpired/fetch/ky';
import type { AdapterUnderTest } from '@unexpired/testing';
import ky, { type KyInstance, type Options } from 'ky';
import ky114 from 'ky-1.14';
import manifest from '../../package.json' with { type: 'json' };

type Facts = Pick<
  AdapterUnderTest,
  'oneShotBodies' | 'bodyFactories' | 'breakableBodies' | 'isBodyError'
> & {
  /** What is said of it besides its name. */
  readonly as?: string;
};

export function fetchClient({ as = '', ...facts }: Facts): AdapterUnderTest {
  return {
    ...facts,
    name: `fetch(url, init)${as}`,
    create(tokens, options) {
      const authFetch = createAuthFetch(tokens, options);
      return async ({ url, ...init }) => {
        const response = await authFetch(url, {
          ...init,
          body: init.body as BodyInit,
          duplex: 'half',
        } as RequestInit);
        return { status: response.status, text: await response.text(), explained: response };
      };
    },
  };
}

/** What a Request was made of cannot be seen: its body is kept up to 1 MiB, so that a short stream is replayed as well. */
export function requestClient({ as = '', ...facts }: Facts): AdapterUnderTest {
  return {
    ...facts,
    name: `fetch(new Request(url, init))${as}`,
    keepsSignal: false,
    replayLimit: 2 ** 20,
    create(tokens, options) {
      const authFetch = createAuthFetch(tokens, options);
      return async ({ url, tokens: own, ...init }) => {
        const request = new Request(url, {
          ...init,
          body: init.body as BodyInit,
          duplex: 'half',
        } as RequestInit);
        const response = await authFetch(request, own === undefined ? undefined : { tokens: own });
        return { status: response.status, text: await response.text(), explained: response };
      };
    },
  };
}

const kys = { ky, 'ky-1.14': ky114 as unknown as KyInstance };

export function kyClient(
  alias: keyof typeof kys,
  settings: Options,
  { as = '', ...facts }: Facts,
): AdapterUnderTest {
  return {
    ...facts,
    name: `ky ${manifest.devDependencies[alias].replace(/^.*@/, '')}${as}`,
    keepsSignal: false,
    create(tokens, options) {
      const extended = kys[alias].create(settings).extend(kyAuth(tokens, options));
      return async ({ url, ...request }) => {
        try {
          const response = await extended(url, request as Options);
          return { status: response.status, text: await response.text(), explained: response };
        } catch (error) {
          const { response, data } = error as { response?: Response; data?: unknown };
          if (!response) throw error;
          // ky 2 has read the body into `data`.
          return {
            status: response.status,
            text: response.bodyUsed ? JSON.stringify(data) : await response.text(),
            explained: error,
          };
        }
      };
    },
  };
}
