import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import type { RequestListener } from 'node:http';
import { challenge, gate, json, type Scripted, startScripted } from './support/scripted.ts';
import { thrownBy } from './support/thrown-by.ts';

let scripted: Scripted;
beforeEach(async () => {
  scripted = await startScripted();
});
afterEach(() => scripted.stop());

const MiB = 2 ** 20;
const TOO_LONG = {
  code: 'ERR_REFRESH_UNAVAILABLE',
  message: expect.stringContaining('too long'),
};

describe.each(['/register', '/token'])('an answer of %s', (path) => {
  /** What a sign-in rejects with that gets such an answer. */
  const errorOf = async (answer: RequestListener): Promise<unknown> => {
    scripted.answers[path] = answer;
    const session = scripted.session();
    const error = await thrownBy(session.signIn());
    expect(error).toMatchObject({ name: 'TokenError' });
    expect(session.status).toBe('signedOut');
    expect(scripted.pages).toHaveLength(path === '/register' ? 0 : 1);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/a-code|hush/);
    return error;
  };

  it('that never ends is given up after 1 MiB: a typed error, and the connection is closed', async () => {
    let written = 0;
    const closed = gate();
    const error = await errorOf((_request, response) => {
      response.on('close', closed.open);
      response.writeHead(200, { 'content-type': 'application/json' });
      const pour = (): void => {
        while (!response.destroyed && response.write(' '.repeat(MiB / 16))) written += MiB / 16;
      };
      response.on('drain', pour);
      pour();
    });
    expect(error).toMatchObject(TOO_LONG);
    await closed.opened;
    expect(written).toBeLessThan(16 * MiB);
  });

  it('that is announced to be longer is given up before its first byte', async () => {
    const closed = gate();
    const error = await errorOf((_request, response) => {
      response.on('close', closed.open);
      response.writeHead(200, { 'content-length': String(100 * MiB) }).flushHeaders();
    });
    expect(error).toMatchObject(TOO_LONG);
    await closed.opened;
  });

  it('that stands still is given up with the sign-in', async () => {
    const controller = new AbortController();
    const reason = new Error('closed the window');
    const closed = gate();
    scripted.answers[path] = (_request, response) => {
      response.on('close', closed.open);
      response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      controller.abort(reason);
    };
    expect(await thrownBy(scripted.session().signIn({ signal: controller.signal }))).toBe(reason);
    await closed.opened;
  });

  it.each<[string, RequestListener, object]>([
    ['is cut off', (request) => request.socket.destroy(), { code: 'ERR_REFRESH_UNAVAILABLE' }],
    [
      'is cut off in its body',
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{', () => {
          request.socket.destroy();
        });
      },
      { code: 'ERR_REFRESH_UNAVAILABLE' },
    ],
    ['is a 503', json(503, {}), { code: 'ERR_REFRESH_UNAVAILABLE' }],
    [
      'is a 429',
      json(429, {}, { 'retry-after': '7' }),
      { code: 'ERR_REFRESH_UNAVAILABLE', retryAfter: 7000 },
    ],
    ['is a redirect', json(307, {}, { location: '/' }), { code: 'ERR_REFRESH_CONFIGURATION' }],
    [
      'says invalid_client',
      json(401, { error: 'invalid_client', error_description: 'hush' }),
      {
        code: 'ERR_REFRESH_CONFIGURATION',
        message: expect.stringContaining('invalid_client'),
      },
    ],
  ])('that %s is a typed error', async (_what, answer, expected) => {
    expect(await errorOf(answer)).toMatchObject(expected);
  });
});

describe('a registration', () => {
  it.each<[string, object]>([
    ['private_key_jwt', { token_endpoint_auth_method: 'private_key_jwt', client_secret: 'hush' }],
    ['tls_client_auth', { token_endpoint_auth_method: 'tls_client_auth' }],
    [
      'client_secret_jwt',
      { token_endpoint_auth_method: 'client_secret_jwt', client_secret: 'hush' },
    ],
    ['something that is no text', { token_endpoint_auth_method: 5, client_secret: 'hush' }],
    ['a secret that it does not give', { token_endpoint_auth_method: 'client_secret_basic' }],
    ['an empty one', { token_endpoint_auth_method: 'client_secret_post', client_secret: '' }],
  ])(
    'as a client that authenticates by %s is ERR_REFRESH_CONFIGURATION before a page is opened',
    async (_what, members) => {
      scripted.answers['/register'] = json(201, { client_id: 'registered', ...members });
      const error = await thrownBy(scripted.session().signIn());
      expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', action: 'fix' });
      expect((error as Error).message).toContain('client.client_id');
      expect(inspect(error)).not.toContain('hush');
      expect(scripted.pages).toEqual([]);
    },
  );

  it.each<[string, RequestListener]>([
    ['a 403', json(403, {})],
    ['invalid_redirect_uri', json(400, { error: 'invalid_redirect_uri' })],
    ['a success without a client_id', json(201, {})],
    ['a page', (_request, response) => void response.end('<html>')],
  ])(
    'that is answered with %s is ERR_REFRESH_CONFIGURATION, and no page is opened',
    async (_what, answer) => {
      scripted.answers['/register'] = answer;
      expect(await thrownBy(scripted.session().signIn())).toMatchObject({
        code: 'ERR_REFRESH_CONFIGURATION',
      });
      expect(scripted.pages).toEqual([]);
    },
  );

  it.each<[string, object]>([
    ['with a 200, and a secret that does not say when it expires', { client_secret: 'hush' }],
    [
      'with a secret for a client that needs none',
      { client_secret: 'hush', token_endpoint_auth_method: 'none' },
    ],
  ])('that is answered %s is one', async (_what, members) => {
    scripted.answers['/register'] = json(200, { client_id: 'registered', ...members });
    const session = scripted.session();
    await session.signIn();
    expect(session.status).toBe('signedIn');
  });
});

describe('the tokens of a login', () => {
  it.each<[string, object]>([
    ['an access token that no header may carry', { access_token: 'hush hush' }],
    ['a lifetime that is none', { access_token: 'hush', expires_in: 'soon' }],
  ])('with %s are ERR_REFRESH_ANSWER, and nobody is signed in', async (_what, answer) => {
    scripted.answers['/token'] = json(200, answer);
    const session = scripted.session();
    const error = await thrownBy(session.signIn());
    expect(error).toMatchObject({ name: 'TokenError', code: 'ERR_REFRESH_ANSWER' });
    expect(inspect(error)).not.toContain('hush');
    expect(session.status).toBe('signedOut');
  });
});

describe('the scopes that a login asks for', () => {
  const asked = (): string[] =>
    (scripted.pages.at(-1)?.searchParams.get('scope') ?? '').split(' ').sort();
  /** One request, which the server refuses in this way. */
  const refused = async (
    session: ReturnType<Scripted['session']>,
    scope: string,
  ): Promise<void> => {
    scripted.answers['/mcp'] = challenge(403, `error="insufficient_scope", scope="${scope}"`);
    const response = await session.transport.fetch(scripted.url, { method: 'POST' });
    expect(response.status).toBe(403);
  };

  it('are those of the server’s challenge, else all that its metadata names', async () => {
    const session = scripted.session();
    await session.signIn();
    expect(asked()).toEqual(['all']);
    scripted.answers['/mcp'] = challenge(401, 'error="invalid_token", scope="read list"');
    await session.signIn();
    expect(asked()).toEqual(['list', 'read']);
  });

  it('are all that calls were refused for, at the same time or later, and those that the session has', async () => {
    const session = scripted.session();
    await session.signIn({ scope: 'read' });
    const [write, admin] = [gate(), gate()];
    let arrived = 0;
    const both = gate();
    scripted.answers['/mcp'] = (request, response) => {
      const { scope = '' } = request.headers as { scope?: string };
      if (++arrived === 2) both.open();
      const answer = challenge(403, `error="insufficient_scope", scope="${scope}"`);
      void (scope === 'write' ? write : admin).opened.then(() => answer(request, response));
    };
    const call = (scope: string): Promise<Response> =>
      session.transport.fetch(scripted.url, { method: 'POST', headers: { scope } });
    const calls = Promise.all([call('write'), call('admin list')]);
    await both.opened;
    write.open();
    admin.open();
    expect((await calls).map(({ status }) => status)).toEqual([403, 403]);
    await session.signIn();
    expect(asked()).toEqual(['admin', 'list', 'read', 'write']);
    expect((await session.getToken())?.scope?.split(' ').sort()).toEqual(asked());
  });

  it('leave none out that a call is refused for while the page is open: the next login asks for it', async () => {
    let during: (() => Promise<void>) | undefined;
    const { authorize } = scripted.options;
    const session = scripted.session({
      async authorize(page, context) {
        await during?.();
        return authorize(page, context);
      },
    });
    await session.signIn({ scope: 'read' });
    await refused(session, 'write');
    during = () => refused(session, 'admin');
    await session.signIn();
    expect(asked()).toEqual(['read', 'write']);
    during = undefined;
    await session.signIn();
    expect(asked()).toEqual(['admin', 'read', 'write']);
    scripted.answers['/mcp'] = challenge(401, 'error="invalid_token"');
    await session.signIn();
    expect(asked()).toEqual(['all']);
  });

  it('are asked for again after a login that failed', async () => {
    const session = scripted.session();
    await session.signIn({ scope: 'read' });
    await refused(session, 'write');
    const good = scripted.answers['/token'] as RequestListener;
    scripted.answers['/token'] = json(503, {});
    expect(await thrownBy(session.signIn())).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' });
    scripted.answers['/token'] = good;
    await session.signIn();
    expect(asked()).toEqual(['read', 'write']);
  });

  it('are those that the session has, also where the answer to its login says null', async () => {
    scripted.answers['/token'] = json(200, {
      access_token: 'a',
      token_type: 'Bearer',
      scope: null,
    });
    const session = scripted.session();
    await session.signIn({ scope: 'read' });
    expect((await session.getToken())?.scope).toBe('read');
    await refused(session, 'write');
    await session.signIn();
    expect(asked()).toEqual(['read', 'write']);
  });

  it('are the usual ones besides, where the session is over', async () => {
    const session = scripted.session();
    await session.signIn({ scope: 'read' });
    await refused(session, 'write');
    await session.signOut();
    scripted.answers['/mcp'] = challenge(401, 'error="invalid_token"');
    await session.signIn();
    expect(asked()).toEqual(['all', 'write']);
  });
});
