// A single-page application whose tokens are in HttpOnly cookies: none of them is ever seen here.
import { useSyncExternalStore, type ReactNode } from 'react';
import axios from 'axios';
import { cookieSession } from 'unexpired';
import { attachAuth } from '@unexpired/axios';
import { browserStore } from '@unexpired/browser';

const api = axios.create({ baseURL: '/api' });

export const session = cookieSession({
  store: browserStore(), // all tabs make one refresh; it keeps the expiry, no secret
  refresh: ({ signal }) => fetch('/api/auth/refresh', { method: 'POST', signal }),
});
attachAuth(api, session); // '/api' is the page's own origin
session.ready().catch(() => {}); // asks once, so that the first render knows

export async function login(email: string, password: string): Promise<void> {
  await api.post('/auth/login', { email, password }, { tokens: false });
  await session.setSession();
}
export async function logout(): Promise<void> {
  await api.post('/auth/logout', null, { tokens: false });
  await session.signOut();
}

export function Guard({ children }: { children: ReactNode }): ReactNode {
  const status = useSyncExternalStore(
    session.subscribe,
    () => session.status,
    () => 'unknown' as const,
  );
  if (status === 'unknown') return 'Loading';
  return status === 'signedIn' ? (
    children
  ) : (
    <button onClick={() => void login('a', 'b')}>Sign in</button>
  );
}

cookieSession({
  // @ts-expect-error the answer has to be returned, or a refusal would pass for a success
  refresh: async () => {
    await fetch('/api/auth/refresh', { method: 'POST' });
  },
});

// The other kind: the refresh token is in a cookie, the access token here, in memory only.
import { createTokenManager, memoryStore } from 'unexpired';
export const tokens = createTokenManager({
  store: memoryStore({ lock: navigator.locks }), // the cookie is shared by all tabs: one call at a time
  acquire: ({ signal }) => fetch('/api/auth/refresh', { method: 'POST', signal }),
});
