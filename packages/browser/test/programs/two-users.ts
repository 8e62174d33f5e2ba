// Runs in a page: an app in which one person signs in after another, in cookies or with tokens. Does what it is told from outside.
import { createAuthFetch } from '@unexpired/fetch';
import {
  type CookieSession,
  cookieSession,
  createTokenManager,
  type TokenManager,
  tokenErrorOf,
} from 'unexpired';
import { browserStore } from '../../src/index.ts';
import type { UserControl } from '../support/two-users.ts';

declare global {
  var person: UserControl;
}

interface Login {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly userId: string;
}

let session: CookieSession | undefined;
let tokens: TokenManager | undefined;
let authFetch: typeof fetch;
let last: Login;
let signIns = 0;
let asked = 0;
const waiting: (() => void)[] = [];

const open = (mode: 'cookies' | 'tokens'): TokenManager | CookieSession => {
  const store = browserStore();
  if (mode === 'cookies') {
    session = cookieSession({
      store,
      refresh: ({ signal }) => fetch('/users/refresh', { method: 'POST', signal }),
      subject: (body) => (body as { userId?: string }).userId,
    });
    return session;
  }
  tokens = createTokenManager({
    store,
    refresh: ({ refreshToken = '' }, { signal }) =>
      fetch('/users/refresh', { method: 'POST', body: refreshToken, signal }),
    subject: ({ extra }) => extra?.['userId'] as string | undefined,
  });
  return tokens;
};

globalThis.person = {
  open(mode) {
    const opened = open(mode);
    opened.subscribe((event) => {
      if (event.type !== 'signedIn' || event.by !== 'peer') return;
      signIns++;
      for (const tell of waiting.splice(0)) tell();
    });
    authFetch = createAuthFetch(opened, { origins: ['self'], allowInsecureOrigins: true });
  },
  async login(user) {
    const response = await fetch(`/users/login/${user}`, { method: 'POST' });
    last = (await response.json()) as Login;
  },
  async announce() {
    await session?.setSession({ expires_in: last.expires_in, subject: last.userId });
    await tokens?.setSession(last);
  },
  async post(id) {
    try {
      const response = await authFetch(`/users/api/${id}`, { method: 'POST', body: id });
      const body = response.ok ? ((await response.json()) as { as: string }) : {};
      return { status: response.status, ...body };
    } catch (error) {
      return { error: tokenErrorOf(error)?.code ?? String(error) };
    }
  },
  async toldOfSignIn() {
    asked++;
    while (signIns < asked) await new Promise<void>((resolve) => waiting.push(resolve));
  },
};
