import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { json, type Scripted, startScripted } from './support/scripted.ts';
import { REDIRECT_URL } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';

let scripted: Scripted;
beforeEach(async () => {
  scripted = await startScripted();
});
afterEach(() => scripted.stop());

describe.each(['invalid_client', 'unauthorized_client'])('%s at a refresh', (error) => {
  let logins = 0;
  const tokens: RequestListener = (request, response) => {
    const [access_token, refresh_token] = [`access-${++logins}`, `refresh-${logins}`];
    json(200, { access_token, token_type: 'Bearer', refresh_token })(request, response);
  };
  const refused = json(401, { error });

  it('ends the session of a client that was registered for it: signIn() registers another one', async () => {
    scripted.answers['/token'] = tokens;
    const session = scripted.session();
    await session.signIn();
    scripted.answers['/token'] = refused;
    expect(await thrownBy(session.refresh())).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      action: 'signIn',
      message: expect.stringContaining(error) as unknown,
    });
    expect(session.status).toBe('ended');
    scripted.answers['/token'] = tokens;
    await session.signIn();
    expect(session.status).toBe('signedIn');
    expect(scripted.bodies.filter(({ path }) => path === '/register')).toHaveLength(2);
  });

  it('leaves the session of a client that the options name: somebody can put that right', async () => {
    scripted.answers['/token'] = tokens;
    const session = scripted.session({ client: { client_id: 'given' } });
    await session.signIn();
    scripted.answers['/token'] = refused;
    expect(await thrownBy(session.refresh())).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      action: 'fix',
    });
    expect(session.status).toBe('signedIn');
  });
});

describe('a registration', () => {
  it('for other redirect URLs is ERR_REFRESH_CONFIGURATION, and no page is opened that could not come back', async () => {
    scripted.answers['/register'] = json(201, {
      client_id: 'registered',
      redirect_uris: ['https://other.example/callback', 5],
    });
    const error = await thrownBy(scripted.session().signIn());
    expect(error).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION' });
    expect((error as Error).message).toContain('redirect_uris');
    expect(scripted.pages).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['this redirect URL beside others', ['https://other.example/callback', REDIRECT_URL]],
    ['this one at any port of loopback (RFC 8252)', ['http://127.0.0.1/callback']],
    ['none', []],
    ['something that is no list', REDIRECT_URL],
  ])('that says %s is one', async (_what, redirect_uris) => {
    scripted.answers['/register'] = json(201, { client_id: 'registered', redirect_uris });
    const session = scripted.session();
    await session.signIn();
    expect(session.status).toBe('signedIn');
  });
});

describe('signIn()', () => {
  it.each(['http://127.0.0.1:80/callback', 'http://127.0.0.1:7777', 'HTTP://LOCALHOST/callback'])(
    'takes the page that came back to %s as a text, as it takes it as a URL',
    async (redirectUrl) => {
      const session = scripted.session({
        redirectUrl,
        async authorize(page) {
          const state = String(page.searchParams.get('state'));
          return `${redirectUrl}?code=a-code&state=${state}`;
        },
      });
      await session.signIn();
      expect(session.status).toBe('signedIn');
    },
  );

  it.each<[string, unknown, RegExp]>([
    ['null', null, /^signIn: expected an object/],
    ['a text', 'read', /^signIn: expected an object/],
    ['a scope that is no text', { scope: ['read'] }, /^scope: expected a string, got a list/],
    ['a signal that is none', { signal: 5 }, /^signal: expected an AbortSignal/],
    ['a name that does not exist', { scopes: 'read' }, /scopes/],
  ])(
    'with %s is a TypeError that says so, and nothing is opened',
    async (_what, options, message) => {
      const session = scripted.session();
      const error = await thrownBy(session.signIn(options as never));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(message);
      expect(scripted.pages).toEqual([]);
    },
  );
});
