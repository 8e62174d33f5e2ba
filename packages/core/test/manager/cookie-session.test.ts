import { describe, expect, it } from '@jest/globals';
import { createAuthFetch } from '../../../fetch/src/auth-fetch.ts';
import { cookieSession, memoryStore, type SessionRecord, sharedStore } from '../../src/index.ts';
import { settle, testClock } from '../support/clock.ts';
import { outcome } from '../support/session.ts';
import { sharedCell } from '../support/shared-cell.ts';

const HOUR = 3_600_000;

/** A server with cookies: who is signed in, and how often it was asked for new ones. */
function cookieServer(user: string | undefined = 'alice') {
  const server: { user: string | undefined; refreshes: number; refresh(): Promise<Response> } = {
    user,
    refreshes: 0,
    refresh: async (): Promise<Response> => {
      server.refreshes++;
      return server.user === undefined
        ? Response.json({ error: 'nobody' }, { status: 401 })
        : Response.json({ user: server.user, expires_in: 600, access_token: 'secret' });
    },
  };
  return server;
}

describe('a session in cookies', () => {
  it('makes one refresh for all who ask at the start, which says whether anybody is signed in', async () => {
    const server = cookieServer();
    const session = cookieSession({ refresh: server.refresh, clock: testClock() });
    const tokens = await Promise.all(Array.from({ length: 20 }, () => session.getToken()));
    expect(new Set(tokens.map((token) => token?.tokenType))).toEqual(new Set(['cookie']));
    expect(server.refreshes).toBe(1);
    expect(session.status).toBe('signedIn');
    const nobody = cookieSession({ refresh: cookieServer('').refresh, clock: testClock() });
    expect(nobody.status).toBe('unknown');
  });

  it('is signed out when the server says so at the start, and ready() says it', async () => {
    const server = cookieServer();
    server.user = undefined;
    const session = cookieSession({ refresh: server.refresh, clock: testClock() });
    expect(await session.ready()).toBe('signedOut');
    expect(await session.getToken()).toBeUndefined();
  });

  it('is due when the answer said that the cookies expire, and is renewed once for all', async () => {
    const clock = testClock();
    const server = cookieServer();
    const session = cookieSession({ refresh: server.refresh, clock });
    await session.getToken();
    await clock.advance(560_000);
    await session.getToken();
    expect(server.refreshes).toBe(1);
    await clock.advance(20_000);
    await Promise.all([session.getToken(), session.getToken()]);
    expect(server.refreshes).toBe(2);
  });

  it('adds no header, and repairs a burst of 401s with one refresh', async () => {
    const server = cookieServer();
    const clock = testClock();
    const session = cookieSession({ refresh: server.refresh, clock });
    await session.getToken();
    await clock.advance(60_000);
    const seen: (string | null)[] = [];
    let good = false;
    const authFetch = createAuthFetch(session, {
      origins: ['https://api.example.com'],
      fetch: async (_url: string, init?: RequestInit) => {
        seen.push(new Headers(init?.headers).get('authorization'));
        const response = new Response(null, { status: good ? 200 : 401 });
        if (seen.length === 5) good = true;
        return response;
      },
    });
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => authFetch('https://api.example.com/me')),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(server.refreshes).toBe(2);
    expect(new Set(seen)).toEqual(new Set([null]));
  });

  it('makes one refresh for two pages on one store', async () => {
    const server = cookieServer();
    const clock = testClock();
    const cell = sharedCell();
    const pages = [0.1, 0.7].map((seed) =>
      cookieSession({
        refresh: server.refresh,
        store: cell.open(),
        clock,
        random: () => seed,
      }),
    );
    const asked = Promise.all(pages.map((page) => page.getToken()));
    await clock.advance(5000);
    expect((await asked).map((token) => token?.tokenType)).toEqual(['cookie', 'cookie']);
    expect(server.refreshes).toBe(1);
  });

  it.each<[string, unknown]>([
    [
      'cookieSession: there is no option "acquire"',
      { refresh: cookieServer().refresh, acquire: 1 },
    ],
    ['refresh: expected a function, got undefined', {}],
    ['subject: expected a function, got string', { refresh: cookieServer().refresh, subject: 'a' }],
    ['cookieSession: expected an object, got undefined', undefined],
  ])('says what is wrong: %s', (message, options) => {
    expect(() => cookieSession(options as never)).toThrow(message);
  });
});

describe('a session in cookies, told of a login', () => {
  it.each<[string, unknown, number]>([
    ['expires_at in seconds', { expires_at: 1_800_000_600 }, 600_000],
    ['a date', { expires: '2027-01-15T08:10:00Z' }, 600_000],
    ['expiresIn', { expiresIn: 600 }, 600_000],
    [
      'the body of a login, tokens and all',
      { access_token: 7, scope: [], expires_in: 600 },
      600_000,
    ],
  ])('takes the expiry of a login by %s', async (_, login, lifetime) => {
    const clock = testClock();
    const session = cookieSession({ refresh: cookieServer().refresh, clock });
    await session.setSession(login as object);
    expect(((await session.getToken())?.expiresAt ?? 0) - clock.now()).toBe(lifetime);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'expiresAt in seconds',
      { expiresAt: 1_800_000_600 },
      /^setSession: expiresAt: .* are these seconds/,
    ],
    ['expiresAt as a Date', { expiresAt: new Date() }, /^setSession: expiresAt: expected ms/],
    [
      'expiresAt that is not a number',
      { expiresAt: Number.NaN },
      /^setSession: expiresAt: .*, got NaN/,
    ],
    [
      'expires_in with a unit',
      { expires_in: '3600s' },
      /^setSession: expires_in: expected seconds/,
    ],
    ['null', null, /^setSession: expected an object, got null/],
    ['a number of seconds', 600, /^setSession: expected an object, got 600/],
  ])('says what is wrong with %s in a login', async (_, login, message) => {
    const session = cookieSession({ refresh: cookieServer().refresh, clock: testClock() });
    const signingIn = session.setSession(login as object);
    await expect(signingIn).rejects.toThrow(TypeError);
    await expect(signingIn).rejects.toThrow(message);
  });

  it('is alive again after a login that follows its end, also where the subject is the same', async () => {
    const clock = testClock();
    const server = cookieServer();
    const session = cookieSession({
      refresh: server.refresh,
      subject: (body) => (body as { user: string }).user,
      clock,
    });
    await session.getToken();
    server.user = undefined;
    expect(await outcome(session.refresh())).toBe('ERR_SESSION_ENDED');
    expect(session.status).toBe('ended');
    server.user = 'alice';
    await session.setSession({ expires_in: 600, subject: 'alice' });
    expect(session.status).toBe('signedIn');
  });

  it('finds a login that was made elsewhere when refresh() is called after a sign-out (case 51)', async () => {
    const server = cookieServer();
    const session = cookieSession({ refresh: server.refresh, clock: testClock() });
    await session.getToken();
    await session.signOut();
    expect(await session.getToken()).toBeUndefined();
    expect(server.refreshes).toBe(1);
    expect((await session.refresh()).tokenType).toBe('cookie');
    expect(session.status).toBe('signedIn');
  });
});

describe('a session in cookies, whose server answers', () => {
  it('keeps no token of an answer, in no store', async () => {
    const cell = sharedCell();
    const session = cookieSession({
      refresh: cookieServer().refresh,
      store: cell.open(),
      clock: testClock(),
    });
    await session.getToken();
    await session.setSession({ expires_in: 600, ...{ access_token: 'secret' } });
    expect(JSON.stringify(cell.history)).not.toContain('secret');
    expect(cell.record).toMatchObject({ status: 'active', tokens: { tokenType: 'cookie' } });
  });

  it('turns away requests that were refused as one user when the refresh answers as another (case 21)', async () => {
    const clock = testClock();
    const server = cookieServer();
    const session = cookieSession({
      refresh: server.refresh,
      subject: (body) => (body as { user: string }).user,
      clock,
    });
    const events: string[] = [];
    session.subscribe(({ type }) => events.push(type));
    const token = await session.getToken();
    await clock.advance(60_000);
    server.user = 'bob';
    expect(await outcome(session.replaceRejected(token?.accessToken ?? ''))).toBe('ERR_SIGNED_OUT');
    expect(session.status).toBe('signedIn');
    expect(events.filter((type) => type === 'signedIn' || type === 'signedOut')).toEqual([
      'signedIn',
    ]);
  });

  it('takes nothing but the whole answer: its JSON alone would make a success of a refusal', async () => {
    const session = cookieSession({
      refresh: (async () => ({ error: 'nobody' })) as never,
      clock: testClock(),
    });
    expect(await outcome(session.getToken())).toBe('ERR_REFRESH_ANSWER');
  });
});

it('a token endpoint that calls its token a cookie is not believed', async () => {
  const cell = memoryStore();
  const { createTokenManager } = await import('../../src/index.ts');
  const tokens = createTokenManager({
    store: cell,
    acquire: async () => ({ access_token: 'a', token_type: 'Cookie' }),
    clock: testClock(),
  });
  expect(await outcome(tokens.getToken())).toBe('ERR_REFRESH_ANSWER');
});

it('a store of one’s own may be an object of a class', async () => {
  class Row {
    readonly name = 'row';
    private record: SessionRecord | null = null;
    private version = 0;
    async read() {
      return this.record && { value: this.record, version: String(this.version) };
    }
    async write(record: SessionRecord, expected: string | undefined) {
      if ((this.record === null ? undefined : String(this.version)) !== expected) return null;
      this.record = record;
      return String(++this.version);
    }
  }
  const clock = testClock();
  const session = cookieSession({
    refresh: cookieServer().refresh,
    store: sharedStore(new Row()),
    clock,
  });
  expect((await session.getToken())?.expiresAt).toBe(clock.now() + HOUR / 6);
  await settle();
});

describe('the lock of a session in cookies', () => {
  const here = (globals: { navigator?: unknown; indexedDB?: unknown }) => {
    const before = (['navigator', 'indexedDB'] as const).map(
      (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
    );
    for (const [name, value] of Object.entries(globals))
      Object.defineProperty(globalThis, name, { value, configurable: true });
    return () => {
      for (const [name, descriptor] of before)
        if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
        else Object.defineProperty(globalThis, name, descriptor);
    };
  };
  const locked = async (globals: { indexedDB?: unknown }): Promise<number> => {
    let requests = 0;
    const request = async (_name: string, _options: unknown, task: (lock: object) => unknown) => {
      requests++;
      return task({});
    };
    const restore = here({ navigator: { locks: { request } }, ...globals });
    try {
      const server = cookieServer();
      await cookieSession({ refresh: server.refresh, clock: testClock() }).getToken();
      expect(server.refreshes).toBe(1);
    } finally {
      restore();
    }
    return requests;
  };

  it('is that of all pages of the origin in a browser', async () => {
    expect(await locked({ indexedDB: {} })).toBeGreaterThan(0);
  });

  it('is none where that keeps nobody out, as in Node', async () => {
    expect(await locked({ indexedDB: undefined })).toBe(0);
  });

  it('is none in a page that has no locks, on plain http', async () => {
    const restore = here({ navigator: undefined, indexedDB: {} });
    try {
      const session = cookieSession({ refresh: cookieServer().refresh, clock: testClock() });
      expect((await session.getToken())?.tokenType).toBe('cookie');
    } finally {
      restore();
    }
  });
});
