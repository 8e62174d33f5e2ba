import type { AxiosError, AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import { isRefused, redeemWithAxios } from '../app/redeem.ts';
import { type AppTokens, tokensIn } from '../app/tokens-in.ts';
import type { App, Contender } from '../contender.ts';
import { onAxios } from './on-axios.ts';

/** The stronger snippet: a flag, and a queue for those who are refused while a refresh is under way. */
export const failedQueueInterceptor: Contender = {
  id: 'failed-queue',
  name: 'The isRefreshing + failedQueue interceptor',
  about: 'The first 401 refreshes; 401s that arrive before it is over wait in a queue.',
  ours: false,
  on: 'axios',
  docs: 'https://gist.github.com/Godofbrowser/bf118322301af3fc334437c683887c5f',
  source: new URL(import.meta.url),

  start(app) {
    const tokens = tokensIn(app.storage);
    const attach = failedQueue(tokens, app);
    return { ...tokens, client: () => onAxios(app, attach) };
  },
};

interface Waiting {
  resolve(accessToken: string): void;
  reject(error: unknown): void;
}

// The flag and the queue are the module's in the snippet, and so shared by all instances of an app.
function failedQueue(tokens: AppTokens, app: App): (api: AxiosInstance) => void {
  let isRefreshing = false;
  let queue: Waiting[] = [];
  const processQueue = (settle: (waiting: Waiting) => void): void => {
    const waiting = queue;
    queue = [];
    waiting.forEach(settle);
  };

  return (api) => {
    api.interceptors.request.use((config) => {
      const accessToken = tokens.read()?.access_token;
      if (accessToken) config.headers.Authorization = `Bearer ${accessToken}`;
      return config;
    });

    api.interceptors.response.use(undefined, async (error: AxiosError) => {
      const original = error.config as
        | (InternalAxiosRequestConfig & { _retry?: boolean })
        | undefined;
      if (error.response?.status !== 401 || !original || original._retry) throw error;
      original._retry = true;
      if (isRefreshing) {
        original.headers.Authorization = `Bearer ${await new Promise<string>((resolve, reject) => {
          queue.push({ resolve, reject });
        })}`;
        return await api(original);
      }

      isRefreshing = true;
      try {
        const renewed = await redeemWithAxios(app, tokens.read()?.refresh_token);
        tokens.setSession(renewed);
        processQueue(({ resolve }) => resolve(renewed.access_token));
      } catch (refreshError) {
        processQueue(({ reject }) => reject(refreshError));
        if (isRefused(refreshError)) tokens.signOut();
        throw refreshError;
      } finally {
        isRefreshing = false;
      }
      return await api(original);
    });
  };
}
