import { readFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore } from '@unexpired/node';
import { memoryStore, type RefreshLock, TokenError, tokenErrorOf } from 'unexpired';
import { newFolder } from '../../node/test/support/folder.ts';
import { CLIENT_ID } from '../../../examples/mcp/src/client-id.ts';
import type { McpSession } from '../src/index.ts';
import { visit } from './support/visit.ts';
import { REDIRECT_URL, startWorld, type World } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';

let world: World;
let signingIn: Promise<unknown>;
let folder: Awaited<ReturnType<typeof newFolder>>;
beforeEach(async () => {
  folder = await newFolder();
});
afterEach(async () => {
  await world.stop();
  await folder.remove();
});

/** An `authorize` that waits until it is told to go on, and says when it was called. */
function heldLogin() {
  const calls: URL[] = [];
  let goOn: (() => void) | undefined;
  const open = new Promise<void>((resolve) => (goOn = resolve));
  let started: (() => void) | undefined;
  const begun = new Promise<void>((resolve) => (started = resolve));
  return {
    calls,
    begun,
    goOn: () => goOn?.(),
    async authorize(page: URL): Promise<URL> {
      calls.push(page);
      started?.();
      await open;
      return visit(page, REDIRECT_URL);
    },
  };
}

describe('signIn()', () => {
  it('opens one login for all processes on one file that ask meanwhile, and all are signed in', async () => {
    world = await startWorld();
    const held = heldLogin();
    const path = folder.at('credentials.json');
    const sessions = [1, 2, 3].map(() =>
      world.session({ store: fileStore(path), authorize: held.authorize }),
    );
    const signingIn = sessions.map((session) => session.signIn());
    await held.begun;
    held.goOn();
    await Promise.all(signingIn);
    expect(held.calls).toHaveLength(1);
    expect(world.authorization.seen).toMatchObject({ logins: 1, registrations: 1 });
    const tokens = await Promise.all(sessions.map((session) => session.getToken()));
    expect(new Set(tokens.map((token) => token?.accessToken)).size).toBe(1);
    expect(tokens[0]?.accessToken).toEqual(expect.any(String));
  });

  it('opens one for two calls of one session, too', async () => {
    world = await startWorld();
    const session = world.session();
    await Promise.all([session.signIn(), session.signIn()]);
    expect(world.authorization.seen.logins).toBe(1);
  });

  it('opens another one for who is signed in already: an explicit wish', async () => {
    world = await startWorld();
    const session = world.session();
    await session.signIn();
    const first = await session.getToken();
    await session.signIn();
    expect((await session.getToken())?.session).not.toBe(first?.session);
    expect(world.authorization.seen.logins).toBe(2);
  });

  it('opens another one where what somebody signed in with meanwhile lacks a scope', async () => {
    world = await startWorld();
    const store = memoryStore();
    const [one, two] = [world.session({ store }), world.session({ store })];
    await Promise.all([one.signIn(), two.signIn({ scope: 'mcp:write' })]);
    expect(world.authorization.seen.logins).toBe(2);
    expect((await one.getToken())?.scope?.split(' ')).toEqual(
      expect.arrayContaining(['mcp:read', 'mcp:write']),
    );
  });

  it('that is given up rejects with the reason at once, and who waits opens a login of its own', async () => {
    world = await startWorld();
    const store = memoryStore();
    const held = heldLogin();
    const controller = new AbortController();
    const first = thrownBy(
      world.session({ store, authorize: held.authorize }).signIn({ signal: controller.signal }),
    );
    await held.begun;
    const other = world.session({ store });
    const second = other.signIn();
    const reason = new Error('closed the window');
    controller.abort(reason);
    expect(await first).toBe(reason);
    await second;
    expect(other.status).toBe('signedIn');
  });

  it('that is given up while it waits for the login of another rejects with the reason, and that one goes on', async () => {
    world = await startWorld();
    const store = memoryStore();
    const held = heldLogin();
    const first = world.session({ store, authorize: held.authorize });
    const signingIn = first.signIn();
    await held.begun;
    const controller = new AbortController();
    const reason = new Error('closed the window');
    const lock: RefreshLock = {
      request(...asked) {
        queueMicrotask(() => controller.abort(reason));
        return (store.lock as RefreshLock).request(...asked);
      },
    };
    const second = world.session({ store: { ...store, lock } });
    expect(await thrownBy(second.signIn({ signal: controller.signal }))).toBe(reason);
    held.goOn();
    await signingIn;
    expect(first.status).toBe('signedIn');
    expect(held.calls).toHaveLength(1);
  });

  it('rejects with ERR_REFRESH_UNAVAILABLE where the lock of its store cannot be had, and opens nothing', async () => {
    world = await startWorld();
    const lock: RefreshLock = { request: () => Promise.reject(new Error('secret-in-a-lock')) };
    const session = world.session({ store: { ...memoryStore(), lock } });
    const error = await thrownBy(session.signIn());
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', action: 'retry' });
    expect(String((error as Error).stack)).not.toContain('secret-in-a-lock');
    expect(world.authorization.seen.logins).toBe(0);
  });

  it('is given up by close(): rejects with ERR_CLOSED, and tells authorize', async () => {
    world = await startWorld();
    const opened = new Promise<[McpSession, AbortSignal]>((resolve) => {
      const session: McpSession = world.session({
        authorize: (_page, { signal }) => {
          resolve([session, signal]);
          return new Promise(() => undefined);
        },
      });
      signingIn = thrownBy(session.signIn());
    });
    const [session, signal] = await opened;
    await session.close();
    expect(signal.aborted).toBe(true);
    expect(await signingIn).toMatchObject({ code: 'ERR_CLOSED' });
  });

  it('does not bring back what somebody signed in with and out of meanwhile', async () => {
    world = await startWorld();
    const path = folder.at('credentials.json');
    const held = heldLogin();
    const one = world.session({ store: fileStore(path), authorize: held.authorize });
    const store = fileStore(path);
    let between: (() => Promise<void>) | undefined;
    const other = world.session({
      store: {
        ...store,
        async read() {
          const isLook = String(new Error('read by').stack).includes('sign-in.ts');
          const stored = await store.read();
          const isSignedIn = JSON.stringify(stored?.value ?? null).includes('refreshToken');
          if (isLook && isSignedIn) await between?.();
          return stored;
        },
      },
    });
    await other.ready();
    const first = one.signIn();
    await held.begun;
    const second = thrownBy(other.signIn());
    between = async () => {
      between = undefined;
      await first;
      await one.signOut();
    };
    held.goOn();
    expect(await second).toMatchObject({ code: 'ERR_SIGNED_OUT' });
    expect(between).toBeUndefined();
    expect(await readFile(path, 'utf8')).not.toContain('accessToken');
    expect(world.authorization.seen.logins).toBe(1);
  });

  it('whose signal is aborted already opens nothing', async () => {
    world = await startWorld();
    const reason = new Error('too late');
    const error = await thrownBy(world.session().signIn({ signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
    expect(world.authorization.seen).toMatchObject({ logins: 0, registrations: 0 });
  });

  it('that fails leaves the session that was there as it was', async () => {
    world = await startWorld();
    let fails = false;
    const reason = new Error('no browser here');
    const session = world.session({
      authorize: (page) => (fails ? Promise.reject(reason) : visit(page, REDIRECT_URL)),
    });
    await session.signIn();
    const before = await session.getToken();
    fails = true;
    expect(await thrownBy(session.signIn())).toBe(reason);
    expect(await session.getToken()).toEqual(before);
  });

  it.each<[string, (back: URL) => URL | string, { code: string; message?: unknown }]>([
    [
      'another place than the redirect URL',
      (back) => back.href.replace('/callback', '/other'),
      { code: 'ERR_REFRESH_CONFIGURATION', message: expect.stringContaining('redirectUrl') },
    ],
    ['something that is no URL', () => 'done', { code: 'ERR_REFRESH_CONFIGURATION' }],
    [
      'another state',
      (back) => (back.searchParams.set('state', 'other'), back),
      { code: 'ERR_SIGNED_OUT', message: expect.stringContaining('nonsense') },
    ],
    [
      'no state',
      (back) => (back.searchParams.delete('state'), back),
      { code: 'ERR_SIGNED_OUT', message: expect.stringContaining('nonsense') },
    ],
    [
      'another issuer (RFC 9207)',
      (back) => (back.searchParams.set('iss', 'https://evil.example'), back),
      { code: 'ERR_SIGNED_OUT', message: expect.stringContaining('nonsense') },
    ],
    [
      'a refusal',
      (back) => {
        back.searchParams.delete('code');
        back.searchParams.set('error', 'access_denied');
        back.searchParams.set('error_description', 'secret-in-a-description');
        return back;
      },
      { code: 'ERR_SIGNED_OUT', message: expect.stringContaining('access_denied') },
    ],
    [
      'a code that is not valid',
      (back) => (back.searchParams.set('code', 'forged-code'), back),
      { code: 'ERR_REFRESH_CONFIGURATION', message: expect.stringContaining('invalid_grant') },
    ],
  ])(
    'whose page comes back with %s is a typed error, and nobody is signed in',
    async (_what, change, expected) => {
      world = await startWorld();
      const session = world.session({
        authorize: async (page) => change(await visit(page, REDIRECT_URL)),
      });
      const error = await thrownBy(session.signIn());
      expect(error).toBeInstanceOf(TokenError);
      expect(error).toMatchObject(expected);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(
        /secret-in-a-description|forged-code/,
      );
      expect(session.status).toBe('signedOut');
    },
  );

  it('works for a registered client, which does not register', async () => {
    world = await startWorld();
    const session = world.session({ client: { client_id: CLIENT_ID } });
    await session.signIn();
    expect(session.status).toBe('signedIn');
    expect(world.authorization.seen.registrations).toBe(0);
  });

  it('rejects with ERR_CLOSED after close(), and opens nothing', async () => {
    world = await startWorld();
    const session = world.session();
    await session.close();
    expect(await thrownBy(session.signIn())).toMatchObject({ code: 'ERR_CLOSED' });
    expect(world.authorization.seen.logins).toBe(0);
  });

  it('rejects with a typed error where the authorization server registers no clients', async () => {
    world = await startWorld(2, {
      configure: {
        features: { registration: { enabled: false }, devInteractions: { enabled: false } },
      },
    });
    expect(await thrownBy(world.session().signIn())).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      message: expect.stringContaining('client_id'),
    });
  });

  it('rejects with ERR_REFRESH_UNAVAILABLE where the server cannot be reached', async () => {
    world = await startWorld();
    await world.server.stop();
    expect(await thrownBy(world.session().signIn())).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      action: 'retry',
    });
  });
});

describe('a client with a secret', () => {
  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    'is registered by %s where the server knows no other; another process refreshes with it, and readers never see it',
    async (method) => {
      world = await startWorld(2, { configure: { clientAuthMethods: [method] } });
      const path = folder.at('credentials.json');
      const session = world.session({ store: fileStore(path) });
      await session.signIn();
      const other = world.session({ store: fileStore(path) });
      const token = await other.refresh();
      expect(world.authorization.seen).toMatchObject({ redemptions: 1, refusals: 0 });
      for (const seen of [token, await session.getToken(), await other.getToken()])
        expect(JSON.stringify(seen)).not.toMatch(/secret|refresh/i);
    },
  );
});

describe('signOut()', () => {
  it('revokes the session at the server', async () => {
    world = await startWorld();
    const session = world.session();
    await session.signIn();
    const { accessToken = '' } = (await session.getToken()) ?? {};
    await session.signOut();
    await session.close();
    expect(await world.authorization.scopesOf(accessToken, world.server.url.href)).toBeUndefined();
  });
});

describe('setSession()', () => {
  it('takes tokens of a login made elsewhere, by a registered client, and renews them for this resource', async () => {
    world = await startWorld();
    const { href } = world.server.url;
    const session = world.session({ client: { client_id: CLIENT_ID } });
    await session.setSession(await world.authorization.mint(CLIENT_ID, href, 3600));
    await session.refresh();
    expect(world.authorization.seen).toMatchObject({
      redemptions: 1,
      resources: [href],
      logins: 0,
    });
  });

  it('is a TypeError without a registered client', async () => {
    world = await startWorld();
    const minted = await world.authorization.mint(CLIENT_ID, world.server.url.href, 3600);
    const error = await thrownBy(world.session().setSession(minted));
    expect(error).toBeInstanceOf(TypeError);
    expect(tokenErrorOf(error)).toBeUndefined();
  });
});
