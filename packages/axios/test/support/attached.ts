import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosError, type AxiosInstance, type AxiosRequestConfig } from 'axios';
import axios17 from 'axios-1.7';
import type { TokenSource } from 'unexpired';

/** Starts with a token that the API refuses, and has a good one in its place. */
export const source = (over: Partial<TokenSource> = {}): TokenSource & { replaced: number } => {
  let current = 'old';
  const self = {
    replaced: 0,
    getToken: async () => ({ accessToken: current }),
    async replaceRejected() {
      self.replaced++;
      current = 'good';
      return { accessToken: current };
    },
    ...over,
  };
  return self;
};

export const caught = (promise: Promise<unknown>): Promise<AxiosError> =>
  promise.then(
    () => Promise.reject(new Error('resolved')),
    (error: AxiosError) => error,
  );

/** The newest that is supported, and the oldest. */
export const VERSIONS: [string, typeof axios][] = [
  ['1.21', axios],
  ['1.7', axios17 as unknown as typeof axios],
];

/** Makes instances with the `baseURL` of an API, to which `tokens` are attached. */
export const attachingTo =
  (originOf: () => string) =>
  (client: typeof axios) =>
  (config: AxiosRequestConfig = {}, tokens: TokenSource = source()): AxiosInstance => {
    const instance = client.create({ baseURL: originOf(), ...config });
    attachAuth(instance, tokens, { origins: [originOf()] });
    return instance;
  };
