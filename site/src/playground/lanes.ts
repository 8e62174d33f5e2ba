import { attachAuth } from '@unexpired/axios';
import axios, { type AxiosError, type AxiosInstance, type InternalAxiosRequestConfig } from 'axios';
import { createAuthRefresh } from 'axios-auth-refresh';
import { createTokenManager, memoryStore } from 'unexpired';
import { type Kept, type Lane, ORIGIN, type Setting, type Tab } from './lane.ts';

type Sent = InternalAxiosRequestConfig & { _retry?: boolean };

const signing = ({ kept, network }: Setting): AxiosInstance => {
  const api = axios.create({ ...network, baseURL: ORIGIN });
  api.interceptors.request.use((config) => {
    if (kept.tokens) config.headers['Authorization'] = `Bearer ${kept.tokens.access_token}`;
    return config;
  });
  return api;
};

/** Redeems the refresh token that is kept, and keeps what comes. */
async function redeem({ kept, network }: Setting): Promise<void> {
  const { data } = await axios.post<NonNullable<Kept['tokens']>>(
    `${ORIGIN}/token`,
    new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: kept.tokens?.refresh_token ?? '',
    }),
    network,
  );
  kept.tokens = data;
}

const tabOf = ({ kept }: Setting, api: AxiosInstance): Tab => ({
  api,
  async signOut() {
    kept.tokens = undefined;
  },
  isSignedIn: () => kept.tokens !== undefined,
});

const each = (tabs: number, open: () => Tab): readonly Tab[] => Array.from({ length: tabs }, open);

const byHand: Lane = {
  name: 'the interceptor that everybody writes',
  about: 'Every request that gets a 401 redeems the refresh token for itself.',
  open: async (setting, tabs) =>
    each(tabs, () => {
      const api = signing(setting);
      api.interceptors.response.use(undefined, async (error: AxiosError) => {
        const original = error.config as Sent | undefined;
        if (error.response?.status !== 401 || !original || original._retry) throw error;
        original._retry = true;
        await redeem(setting);
        return api(original);
      });
      return tabOf(setting, api);
    }),
};

const failedQueue: Lane = {
  name: 'isRefreshing and failedQueue',
  about: 'One request refreshes, and those that are refused meanwhile wait in a list.',
  open: async (setting, tabs) =>
    each(tabs, () => {
      const api = signing(setting);
      let isRefreshing = false;
      let queue: { resolve: () => void; reject: (error: unknown) => void }[] = [];
      api.interceptors.response.use(undefined, async (error: AxiosError) => {
        const original = error.config as Sent | undefined;
        if (error.response?.status !== 401 || !original || original._retry) throw error;
        original._retry = true;
        if (isRefreshing) {
          await new Promise<void>((resolve, reject) => queue.push({ resolve, reject }));
          return api(original);
        }
        isRefreshing = true;
        try {
          await redeem(setting);
          for (const { resolve } of queue) resolve();
        } catch (failure) {
          for (const { reject } of queue) reject(failure);
          setting.kept.tokens = undefined;
          throw failure;
        } finally {
          queue = [];
          isRefreshing = false;
        }
        return api(original);
      });
      return tabOf(setting, api);
    }),
};

const authRefresh: Lane = {
  name: 'axios-auth-refresh 5',
  about: 'As its README sets it up, with deduplicateRefresh: false, in which a burst succeeds.',
  open: async (setting, tabs) =>
    each(tabs, () => {
      const api = signing(setting);
      // Its types know the CommonJS axios only, whose types do not fit those of the ESM one.
      createAuthRefresh(
        api as unknown as Parameters<typeof createAuthRefresh>[0],
        () => redeem(setting),
        { deduplicateRefresh: false },
      );
      return tabOf(setting, api);
    }),
};

const unexpired: Lane = {
  name: 'Unexpired',
  about: 'attachAuth on a plain axios instance; the tabs share a store.',
  async open({ kept, network }, tabs) {
    const store = memoryStore();
    const opened = Array.from({ length: tabs }, () => {
      const auth = axios.create({ ...network, baseURL: ORIGIN });
      const tokens = createTokenManager({
        store,
        refresh: ({ refreshToken = '' }, { signal }) =>
          auth.post(
            '/token',
            new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
            { signal },
          ),
      });
      const api = axios.create({ ...network, baseURL: ORIGIN });
      attachAuth(api, tokens);
      return { api, tokens };
    });
    const { access_token: accessToken = '', refresh_token: refreshToken } = kept.tokens ?? {};
    await opened[0]?.tokens.setSession({
      accessToken,
      refreshToken,
      expiresAt: Date.now() - 60_000,
    });
    return opened.map(({ api, tokens }) => ({
      api,
      signOut: () => tokens.signOut(),
      isSignedIn: () => tokens.status === 'signedIn',
    }));
  },
};

export const LANES: readonly Lane[] = [byHand, failedQueue, authRefresh, unexpired];
