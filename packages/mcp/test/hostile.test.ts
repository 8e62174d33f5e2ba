import { readFile, writeFile } from 'node:fs/promises';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fileStore } from '@unexpired/node';
import { memoryStore, type TokenEvent, tokenErrorOf } from 'unexpired';
import { newFolder } from '../../node/test/support/folder.ts';
import { type McpSessionOptions, mcpSession } from '../src/index.ts';
import { REDIRECT_URL, startWorld, type World } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';

const SERVER = 'https://mcp.example.com/mcp';
const ISSUER = 'https://id.example.com';
const options: McpSessionOptions = {
  serverUrl: SERVER,
  client: { client_name: 'test' },
  redirectUrl: REDIRECT_URL,
  authorize: () => Promise.reject(new Error('a login was opened')),
};

describe('metadata that cannot be right', () => {
  const original = globalThis.fetch;
  let asked: string[] = [];
  let answers: Record<string, unknown> = {};
  let challenge = 'Bearer';
  beforeEach(() => {
    asked = [];
    challenge = 'Bearer';
    answers = {
      'https://mcp.example.com/.well-known/oauth-protected-resource/mcp': {
        resource: SERVER,
        authorization_servers: [ISSUER],
      },
      [`${ISSUER}/.well-known/oauth-authorization-server`]: metadata(),
    };
    globalThis.fetch = async (input) => {
      const url = input instanceof Request ? input.url : input.toString();
      asked.push(url);
      if (url === SERVER)
        return new Response(null, { status: 401, headers: { 'www-authenticate': challenge } });
      const answer = answers[url];
      return answer instanceof Response
        ? answer
        : answer === undefined
          ? new Response(null, { status: 404 })
          : Response.json(answer);
    };
  });
  afterEach(() => {
    globalThis.fetch = original;
  });
  const metadata = (changed: Record<string, unknown> = {}): Record<string, unknown> => ({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    response_types_supported: ['code'],
    ...changed,
  });
  const resource = (changed: Record<string, unknown>): void => {
    answers['https://mcp.example.com/.well-known/oauth-protected-resource/mcp'] = {
      resource: SERVER,
      authorization_servers: [ISSUER],
      ...changed,
    };
  };
  const server = (changed: Record<string, unknown>): void => {
    answers[`${ISSUER}/.well-known/oauth-authorization-server`] = metadata(changed);
  };

  it.each<[string, () => void, RegExp]>([
    [
      'an authorization server on this machine',
      () => resource({ authorization_servers: ['http://127.0.0.1:9999'] }),
      /authorization_servers/,
    ],
    [
      'one in a private network',
      () => resource({ authorization_servers: ['https://10.0.0.1'] }),
      /authorization_servers/,
    ],
    [
      'one at the address of cloud metadata',
      () => resource({ authorization_servers: ['http://169.254.169.254'] }),
      /authorization_servers/,
    ],
    [
      'one by plain http',
      () => resource({ authorization_servers: ['http://id.example.com'] }),
      /authorization_servers/,
    ],
    [
      'one by another protocol',
      () => resource({ authorization_servers: ['file:///etc/passwd'] }),
      /authorization_servers/,
    ],
    [
      'another resource',
      () => resource({ resource: 'https://other.example.com/mcp' }),
      /another resource/,
    ],
    [
      'a resource beside this one',
      () => resource({ resource: 'https://mcp.example.com/mc' }),
      /another resource/,
    ],
    ['no resource', () => resource({ resource: undefined }), /another resource/],
    ['another issuer', () => server({ issuer: 'https://evil.example' }), /not usable/],
    [
      'a token endpoint on this machine',
      () => server({ token_endpoint: 'http://localhost:1/token' }),
      /token_endpoint/,
    ],
    [
      'a token endpoint in a private network',
      () => server({ token_endpoint: 'https://[::ffff:10.0.0.1]/token' }),
      /token_endpoint/,
    ],
    ['no token endpoint', () => server({ token_endpoint: undefined }), /token_endpoint/],
    [
      'an authorization endpoint that is a script',
      () => server({ authorization_endpoint: 'javascript:alert(1)' }),
      /authorization_endpoint/,
    ],
    [
      'a registration endpoint on this machine',
      () => server({ registration_endpoint: 'http://127.0.0.1/register' }),
      /registration_endpoint/,
    ],
    [
      'a revocation endpoint by plain http',
      () => server({ revocation_endpoint: 'http://id.example.com/revoke' }),
      /revocation_endpoint/,
    ],
    [
      'a challenge that leads to this machine',
      () => (challenge = 'Bearer resource_metadata="http://127.0.0.1:8080/x"'),
      /resource_metadata/,
    ],
    [
      'an authorization server without S256 (PKCE)',
      () => server({ code_challenge_methods_supported: ['plain'] }),
      /S256/,
    ],
    ['nothing at all', () => (answers = {}), /could not be had/],
    [
      'metadata that is no JSON',
      () => (answers[`${ISSUER}/.well-known/oauth-authorization-server`] = new Response('<html>')),
      /no JSON/,
    ],
    [
      'a redirect, which is not followed',
      () =>
        (answers[`${ISSUER}/.well-known/oauth-authorization-server`] = new Response(null, {
          status: 302,
          headers: { location: 'http://127.0.0.1/' },
        })),
      /could not be had/,
    ],
  ])(
    '%s is ERR_REFRESH_CONFIGURATION: nothing is sent there, no page is opened',
    async (_what, arrange, message) => {
      arrange();
      const session = mcpSession(options);
      const error = await thrownBy(session.signIn());
      expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', action: 'fix' });
      expect((error as Error).message).toMatch(message);
      const places = new Set(asked.map((url) => new URL(url).origin));
      places.delete('https://mcp.example.com');
      places.delete(ISSUER);
      expect([...places]).toEqual([]);
      await session.close();
    },
  );

  it.each<[string, Record<string, unknown>]>([
    ['scopes', { scopes_supported: 'offline_access' }],
    ['ways to authenticate', { token_endpoint_auth_methods_supported: 5 }],
    ['anything', { scopes_supported: {}, token_endpoint_auth_methods_supported: {} }],
  ])('lists of %s that are none are as good as left out', async (_what, changed) => {
    server(changed);
    const pages: URL[] = [];
    const reason = new Error('seen');
    const session = mcpSession({
      ...options,
      client: { client_id: 'a', client_secret: 'hush' },
      authorize: (page) => (pages.push(page), Promise.reject(reason)),
    });
    expect(await thrownBy(session.signIn())).toBe(reason);
    expect(pages[0]?.searchParams.has('scope')).toBe(false);
    await session.close();
  });

  it('a server that fails is ERR_REFRESH_UNAVAILABLE: later it may say something else', async () => {
    answers[`${ISSUER}/.well-known/oauth-authorization-server`] = new Response(null, {
      status: 503,
    });
    const session = mcpSession(options);
    expect(await thrownBy(session.signIn())).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    await session.close();
  });

  it('the secret of a registered client goes to its own issuer alone', async () => {
    const client = { client_id: 'a', client_secret: 'hush', issuer: 'https://own.example.com' };
    const session = mcpSession({ ...options, client });
    const error = await thrownBy(session.signIn());
    expect(error).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      message: expect.stringContaining('client.issuer'),
    });
    expect(asked.filter((url) => url.startsWith(ISSUER))).toEqual([]);
    await session.close();
  });
});

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

describe('options that cannot be right', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a server by plain http',
      { serverUrl: 'http://mcp.example.com/mcp' },
      /serverUrl: expected https/,
    ],
    [
      'a server with credentials',
      { serverUrl: 'https://me:hush@mcp.example.com/mcp' },
      /serverUrl/,
    ],
    ['a server that is no URL', { serverUrl: 'mcp' }, /serverUrl/],
    ['no server', { serverUrl: undefined }, /serverUrl/],
    ['no client', { client: undefined }, /client: expected/],
    ['a client without an id', { client: { client_id: '' } }, /client: expected/],
    ['a secret that is no text', { client: { client_id: 'a', client_secret: 5 } }, /client_secret/],
    [
      'an issuer by plain http',
      { client: { client_id: 'a', issuer: 'http://id.example.com' } },
      /client.issuer/,
    ],
    ['a redirect URL that is none', { redirectUrl: '/callback' }, /redirectUrl/],
    [
      'a redirect URL with a fragment (RFC 6749 section 3.1.2)',
      { redirectUrl: `${REDIRECT_URL}#done` },
      /redirectUrl: expected an absolute URL without a fragment/,
    ],
    ['no authorize', { authorize: undefined }, /authorize: expected a function/],
    ['an option that does not exist', { scopes: [] }, /there is no option "scopes"/],
    ['a store that is none', { store: {} }, /store/],
  ])('%s is a TypeError that names it, and quotes no secret', (_what, changed, message) => {
    const make = (): unknown => mcpSession({ ...options, ...changed });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
    expect(make).not.toThrow(/hush/);
  });
});
