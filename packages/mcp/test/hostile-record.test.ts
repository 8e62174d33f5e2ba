import { readFile, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore } from '@unexpired/node';
import { memoryStore, type TokenEvent, tokenErrorOf } from 'unexpired';
import { newFolder } from '../../node/test/support/folder.ts';
import { startWorld, type World } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';

describe('a record of', () => {
  let world: World;
  let folder: Awaited<ReturnType<typeof newFolder>>;
  beforeEach(async () => {
    folder = await newFolder();
    world = await startWorld();
  });
  afterEach(async () => {
    await world.stop();
    await folder.remove();
  });
  interface Stored {
    tokens: { extra: { mcp: Record<string, unknown> } };
  }
  const binding = (changed: Record<string, unknown>) => (record: Stored) => {
    Object.assign(record.tokens.extra.mcp, changed);
  };

  it.each<[string, (record: Stored) => void]>([
    ['another resource', binding({ resource: 'https://other.example.com/mcp' })],
    [
      'a server beside this one',
      (record) => binding({ resource: `${String(record.tokens.extra.mcp['resource'])}2` })(record),
    ],
    [
      'another tenant of this server, who is in its query',
      (record) =>
        binding({ resource: `${String(record.tokens.extra.mcp['resource'])}?tenant=2` })(record),
    ],
    ['no resource', (record) => Object.assign(record.tokens, { extra: {} })],
    ['a token endpoint by plain http', binding({ tokenEndpoint: 'http://id.example.com/token' })],
    [
      'a revocation endpoint by plain http',
      binding({ revocationEndpoint: 'http://id.example.com/revoke' }),
    ],
  ])(
    '%s is ERR_STORE_RECORD for all who ask; it stays, and nothing is sent',
    async (_what, change) => {
      const path = folder.at('credentials.json');
      const first = world.session({ store: fileStore(path) });
      await first.signIn();
      await first.close();
      const record = JSON.parse(await readFile(path, 'utf8')) as Stored;
      change(record);
      const text = JSON.stringify(record);
      await writeFile(path, text);
      const session = world.session({ store: fileStore(path) });
      const { fetch } = session.transport;
      for (const ask of [
        () => session.ready(),
        () => session.getToken(),
        () => session.refresh(),
        () => session.signIn(),
        () => fetch(world.server.url),
      ])
        expect(tokenErrorOf(await thrownBy(ask()))).toMatchObject({ code: 'ERR_STORE_RECORD' });
      expect(await readFile(path, 'utf8')).toBe(text);
      expect(world.server.answers).toEqual(['POST 401']); // of the first sign-in
      expect(world.authorization.seen).toMatchObject({ logins: 1, redemptions: 0 });
      await session.signOut();
      await session.signIn();
      expect(session.status).toBe('signedIn');
    },
  );

  it('a later version, with members that are not known here or are named like options, is renewed by what is known', async () => {
    const path = folder.at('credentials.json');
    const first = world.session({ store: fileStore(path) });
    await first.signIn();
    await first.close();
    const record = JSON.parse(await readFile(path, 'utf8')) as Stored;
    binding({ later: [1], scope: 5, allowInsecureRequests: 'yes' })(record);
    await writeFile(path, JSON.stringify(record));
    const session = world.session({ store: fileStore(path) });

    await session.refresh();

    expect(world.authorization.seen).toMatchObject({ logins: 1, redemptions: 1 });
    await session.signOut();
    expect(session.status).toBe('signedOut');
  });

  it('another issuer than that of the client is ERR_STORE_RECORD', async () => {
    const store = memoryStore();
    await world.session({ store }).signIn();
    const client = { client_id: 'a', client_secret: 'hush', issuer: 'https://own.example.com' };
    expect(await thrownBy(world.session({ store, client }).ready())).toMatchObject({
      code: 'ERR_STORE_RECORD',
      message: expect.stringContaining('another issuer'),
    });
  });

  it('tokens that another program left is ERR_STORE_RECORD: whose they are is not known', async () => {
    const path = folder.at('credentials.json');
    await writeFile(
      path,
      JSON.stringify({ access_token: 'stray-access', refresh_token: 'stray-refresh' }),
    );
    const error = await thrownBy(world.session({ store: fileStore(path) }).ready());
    expect(error).toMatchObject({ code: 'ERR_STORE_RECORD' });
    expect(inspect(error)).not.toMatch(/stray/);
  });

  it('this server has no token in an error or event, whatever fails', async () => {
    const session = world.session();
    const events: TokenEvent[] = [];
    session.subscribe((event) => events.push(event));
    await session.signIn();
    const secrets = [(await session.getToken())?.accessToken ?? ''];
    await session.refresh();
    secrets.push((await session.getToken())?.accessToken ?? '');
    world.authorization.endSessions();
    const ended = await thrownBy(session.refresh());
    expect(ended).toMatchObject({ code: 'ERR_SESSION_ENDED', action: 'signIn' });
    await world.authorization.stop();
    const unavailable = await thrownBy(session.signIn());
    expect(unavailable).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    const told = inspect([ended, unavailable, events], { depth: 20, showHidden: true });
    for (const secret of secrets) expect(told).not.toContain(secret);
    // oidc-provider's tokens are 43 such characters, and nothing else here is as long.
    expect(told.replaceAll(/\/[\w./@+-]+/g, '')).not.toMatch(/[\w-]{43}/);
  });
});
