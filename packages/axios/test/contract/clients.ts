import { attachAuth } from '@unexpired/axios';
import type { AdapterUnderTest } from '@unexpired/testing';
import axios, { type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';

export const newest: Static = axios;
export const oldest: Static = axios17 as unknown as Static;

type Static = Pick<typeof axios, 'create' | 'getAdapter' | 'isCancel' | 'isAxiosError' | 'VERSION'>;

interface AxiosClient
  extends Pick<
    AdapterUnderTest,
    'oneShotBodies' | 'bodyFactories' | 'hidesRedirects' | 'refusesRedirects' | 'breakableBodies'
  > {
  readonly from: Static;
  readonly adapter: 'http' | 'fetch' | 'xhr';
  /** What is said of it besides its version and adapter. */
  readonly as?: string;
  readonly config?: AxiosRequestConfig;
}

/** An axios under the contract, with one of its adapters. */
export function axiosClient({
  from,
  adapter,
  as = '',
  config,
  ...facts
}: AxiosClient): AdapterUnderTest {
  return {
    ...facts,
    name: `axios ${from.VERSION}, ${adapter}${as}`,
    isAbort: (error) => from.isCancel(error),
    // axios puts text in place of URLSearchParams before the request waits.
    textOf: ['URLSearchParams'],
    create(tokens, options) {
      const instance = from.create({
        adapter,
        responseType: 'text',
        transformResponse: [],
        ...config,
      });
      attachAuth(instance, tokens, options);
      return async ({ body, ...request }) => {
        try {
          const response = await instance.request<string>({
            ...request,
            data: body,
          } as AxiosRequestConfig);
          return { status: response.status, text: response.data, explained: response };
        } catch (error) {
          const { response } = error as { response?: { status: number; data: string } };
          if (!response || !from.isAxiosError(error)) throw error;
          return { status: response.status, text: response.data, explained: error };
        }
      };
    },
  };
}
