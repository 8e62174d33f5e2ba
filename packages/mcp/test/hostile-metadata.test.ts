import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type McpSessionOptions, mcpSession } from '../src/index.ts';
import { REDIRECT_URL } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';

const SERVER = 'https://mcp.example.com/mcp';
const ISSUER = 'https://id.example.com';

const options: McpSessionOptions = {
  serverUrl: SERVER,
  client: { client_name: 'test' },
  redirectUrl: REDIRECT_URL,
  authorize: () => Promise.reject(new Error('a login was opened')),
};

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

describe('metadata that cannot be right', () => {
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
