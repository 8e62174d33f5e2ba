import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { memoryStore, type RefreshLock, TokenError } from 'unexpired';
import { visit } from './support/visit.ts';
import { REDIRECT_URL, startWorld, type World } from './support/world.ts';
import { thrownBy } from './support/thrown-by.ts';

let world: World;

afterEach(() => world.stop());

describe('signIn()', () => {
  it('rejects with ERR_REFRESH_UNAVAILABLE where the lock of its store cannot be had, and opens nothing', async () => {
    world = await startWorld();
    const lock: RefreshLock = { request: () => Promise.reject(new Error('secret-in-a-lock')) };
    const session = world.session({ store: { ...memoryStore(), lock } });
    const error = await thrownBy(session.signIn());
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', action: 'retry' });
    expect(String((error as Error).stack)).not.toContain('secret-in-a-lock');
    expect(world.authorization.seen.logins).toBe(0);
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
