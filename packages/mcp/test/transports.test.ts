import { afterEach, describe, expect, it } from '@jest/globals';
import { tokenErrorOf } from 'unexpired';
import type { Major } from '../../../examples/mcp/src/servers/mcp-server.ts';
import { CONNECT, type Connected } from './support/clients.ts';
import { startWorld, type World } from './support/world.ts';

let world: World;
const connections: Connected[] = [];
afterEach(async () => {
  await Promise.all(connections.splice(0).map((one) => one.close()));
  await world.stop();
});

const VERSIONS: readonly [client: keyof typeof CONNECT, server: Major][] = [
  [1, 1],
  ['1.20', 1],
  [2, 2],
  ['2.0', 2],
];
const numbers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index}`);

/** Resolves once the server has answered so many requests in this way. */
async function answered({ server }: World, what: string, times = 1): Promise<void> {
  while (server.answers.filter((answer) => answer === what).length < times)
    await new Promise((resolve) => setImmediate(resolve));
}

describe.each(VERSIONS)('client %s at a server of version %s', (client, serverMajor) => {
  const connect = async (session = world.session()): Promise<Connected> => {
    if ((await session.ready()) !== 'signedIn') await session.signIn();
    const connected = await CONNECT[client](world.server.url, session);
    connections.push(connected);
    await answered(world, 'GET 200'); // the event stream, which it opens in the background
    return connected;
  };

  it('signs in by registration, PKCE and a page, for this resource alone', async () => {
    world = await startWorld(serverMajor);
    const connected = await connect();
    expect(await connected.call('read', 'one')).toBe('one');
    const { seen } = world.authorization;
    expect(seen).toMatchObject({ logins: 1, registrations: 1, refusals: 0 });
    expect(seen.resources).toEqual([world.server.url.href]);
  });

  it.each([2, 10])(
    '%s calls that meet a refused token are all answered, after one refresh',
    async (count) => {
      world = await startWorld(serverMajor);
      const session = world.session();
      const { call } = await connect(session);
      await world.authorization.revoke((await session.getToken())?.accessToken ?? '');
      expect(await Promise.all(numbers(count).map((id) => call('read', id)))).toEqual(
        numbers(count),
      );
      expect(world.authorization.seen).toMatchObject({ redemptions: 1, reuses: 0, logins: 1 });
      expect(new Set(world.authorization.seen.resources)).toEqual(new Set([world.server.url.href]));
      expect(world.server.tokens).toHaveLength(2);
    },
  );

  it('the event stream and a call that are refused with one token make one refresh', async () => {
    world = await startWorld(serverMajor);
    const session = world.session();
    await session.signIn();
    await world.authorization.revoke((await session.getToken())?.accessToken ?? '');
    const { call } = await connect(session);
    expect(await call('read', 'one')).toBe('one');
    expect(world.authorization.seen).toMatchObject({ redemptions: 1, reuses: 0 });
  });

  it('a 401 that comes late is known to be about an older token: sent again, no second refresh', async () => {
    let held: (() => void) | undefined;
    const late = new Promise<void>((resolve) => (held = resolve));
    world = await startWorld(serverMajor, {
      hold: (call) => (call?.params?.arguments?.id === 'late' ? late : undefined),
    });
    const session = world.session();
    const { call } = await connect(session);
    await world.authorization.revoke((await session.getToken())?.accessToken ?? '');
    const slow = call('read', 'late');
    expect(await call('read', 'early')).toBe('early');
    held?.();
    expect(await slow).toBe('late');
    expect(world.authorization.seen).toMatchObject({ redemptions: 1, reuses: 0 });
  });

  it('a call that needs another scope is refused, and answered after signIn(), which asks for both', async () => {
    world = await startWorld(serverMajor);
    const session = world.session();
    const { call } = await connect(session);
    await expect(call('write', 'one')).rejects.toThrow(/insufficient.scope/i);
    await session.signIn();
    expect(await call('write', 'one')).toBe('one');
    expect(await call('read', 'two')).toBe('two');
    expect(world.authorization.seen).toMatchObject({ logins: 2, reuses: 0, refusals: 0 });
    expect((await session.getToken())?.scope?.split(' ')).toEqual(
      expect.arrayContaining(['mcp:read', 'mcp:write']),
    );
  });

  it('with nobody signed in a connection rejects with ERR_SIGNED_OUT, and nothing is sent', async () => {
    world = await startWorld(serverMajor);
    const error = await CONNECT[client](world.server.url, world.session()).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(tokenErrorOf(error)).toMatchObject({ code: 'ERR_SIGNED_OUT', action: 'signIn' });
    expect(world.server.answers).toEqual([]);
  });

  it('after an invalid_grant calls reject with signIn, and are answered after the next login', async () => {
    world = await startWorld(serverMajor);
    const session = world.session();
    const { call } = await connect(session);
    await world.authorization.revoke((await session.getToken())?.accessToken ?? '');
    world.authorization.endSessions();
    const error = await call('read', 'one').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(String(error)).toMatch(/401|invalid_token|ended/i);
    expect(session.status).toBe('ended');
    await session.signIn();
    expect(session.status).toBe('signedIn');
    expect(await call('read', 'two')).toBe('two');
  });
});

describe.each<[Major, Major]>([
  [1, 2],
  [2, 1],
])('client %s at a server of version %s', (client, serverMajor) => {
  it('has its calls with a refused token answered, after one refresh', async () => {
    world = await startWorld(serverMajor);
    const session = world.session();
    await session.signIn();
    const connected = await CONNECT[client](world.server.url, session);
    connections.push(connected);
    await world.authorization.revoke((await session.getToken())?.accessToken ?? '');
    const answers = numbers(4).map((id) => connected.call('read', id));
    expect(await Promise.all(answers)).toEqual(numbers(4));
    expect(world.authorization.seen).toMatchObject({ redemptions: 1, reuses: 0 });
  });
});

describe('a server that answers 401 without a challenge', () => {
  it('is signed in to by its well-known metadata, and its refusals are repaired', async () => {
    world = await startWorld(2, { challenge: false });
    const session = world.session();
    await session.signIn();
    const connected = await CONNECT[2](world.server.url, session);
    connections.push(connected);
    await world.authorization.revoke((await session.getToken())?.accessToken ?? '');
    expect(await connected.call('read', 'one')).toBe('one');
    expect(world.authorization.seen).toMatchObject({ redemptions: 1, reuses: 0 });
  });
});
