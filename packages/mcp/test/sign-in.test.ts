import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore } from '@unexpired/node';
import { memoryStore, tokenErrorOf } from 'unexpired';
import { newFolder } from '../../node/test/support/folder.ts';
import { CLIENT_ID } from '../../../examples/mcp/src/client-id.ts';
import { startWorld, type World } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';
import { heldLogin } from './support/held-login.ts';

let world: World;

let folder: Awaited<ReturnType<typeof newFolder>>;

beforeEach(async () => {
  folder = await newFolder();
});

afterEach(async () => {
  await world.stop();
  await folder.remove();
});

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

  it('works for a registered client, which does not register', async () => {
    world = await startWorld();
    const session = world.session({ client: { client_id: CLIENT_ID } });
    await session.signIn();
    expect(session.status).toBe('signedIn');
    expect(world.authorization.seen.registrations).toBe(0);
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
