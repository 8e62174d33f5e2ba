// A front end: existing axios instance, HttpOnly refresh cookie, React Query, login page.
import type axios from 'axios';
import { createTokenManager, memoryStore, tokenErrorOf } from 'unexpired';
import { attachAuth } from '@unexpired/axios';
declare const api: ReturnType<typeof axios.create>; // exists: baseURL '/api'
declare const queryDefaults: { retry?: (n: number, e: unknown) => boolean };
declare function navigate(to: string): void;
declare function useSyncExternalStore<S>(
  subscribe: (f: () => void) => () => void,
  get: () => S,
  server?: () => S,
): S;

export const tokens = createTokenManager({
  store: memoryStore({ lock: navigator.locks }), // the cookie is shared by all tabs
  async acquire({ signal }) {
    // after a reload too
    const { data } = await api.post('/auth/refresh', null, { signal }); // same instance: its signal marks it
    return { accessToken: data.accessToken }; // 401 = over; expiry from the JWT
  },
});
attachAuth(api, tokens, { origins: ['self'] });
tokens.subscribe((event) => {
  if (event.type === 'sessionEnded') navigate('/login');
});

const { data } = await api.post('/auth/login', {}); // nobody signed in: goes out unsigned
await tokens.setSession({ accessToken: data.accessToken });
await api.post('/auth/logout').finally(() => tokens.signOut());

const status = useSyncExternalStore(tokens.subscribe, () => tokens.status);
queryDefaults.retry = (n, error) => n < 3 && tokenErrorOf(error)?.action !== 'signIn';
void status;
