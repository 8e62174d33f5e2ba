import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type AcquireFunction,
  type RefreshFunction,
  type TokenResponse,
  tokenErrorOf,
} from 'unexpired';
import {
  clientCredentialsGrant,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  DPoP,
  type GrantOptions,
  generateKeyPair,
  None,
  PrivateKeyJwt,
  refreshTokenGrant,
  revokeToken,
  type TokenFetch,
  TlsClientAuth,
} from '@unexpired/oauth';
import { context, tokens } from './support/context.ts';
import { startProvider, SUBJECT_HEADER, type TestProvider } from './support/provider.ts';

const clientSecret = 'a secret of at least 32 characters: %+:&';
const subject = 'CN=billing';
const byCertificate: TokenFetch = (url, init) =>
  fetch(url, { ...init, headers: { ...init.headers, [SUBJECT_HEADER]: subject } });

let provider: TestProvider;
let privateKey: CryptoKey;
beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  provider = await startProvider([
    { client_id: 'none', token_endpoint_auth_method: 'none' },
    {
      client_id: 'basic',
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret: clientSecret,
      scope: 'openid offline_access billing',
    },
    {
      client_id: 'post',
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: clientSecret,
    },
    {
      client_id: 'jwt',
      token_endpoint_auth_method: 'client_secret_jwt',
      client_secret: clientSecret,
    },
    {
      client_id: 'key',
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ ...(await crypto.subtle.exportKey('jwk', pair.publicKey)), kid: 'one' }] },
    },
    {
      client_id: 'tls',
      token_endpoint_auth_method: 'tls_client_auth',
      tls_client_auth_subject_dn: subject,
    },
  ]);
});
afterAll(() => provider.stop());

const asResponse = (answer: Awaited<ReturnType<RefreshFunction>>): TokenResponse =>
  answer as TokenResponse;

type Case = [name: string, options: () => Omit<GrantOptions, 'tokenEndpoint'>];
const methods: Case[] = [
  ['none, by default', () => ({ clientId: 'none' })],
  ['none, by name', () => ({ clientId: 'none', clientAuthentication: 'none' })],
  ['None()', () => ({ clientId: 'none', clientAuthentication: None() })],
  ['client_secret_basic, by default', () => ({ clientId: 'basic', clientSecret })],
  [
    'client_secret_basic, by name',
    () => ({ clientId: 'basic', clientSecret, clientAuthentication: 'client_secret_basic' }),
  ],
  [
    'ClientSecretBasic()',
    () => ({ clientId: 'basic', clientAuthentication: ClientSecretBasic(clientSecret) }),
  ],
  [
    'client_secret_post, by name',
    () => ({ clientId: 'post', clientSecret, clientAuthentication: 'client_secret_post' }),
  ],
  [
    'ClientSecretPost()',
    () => ({ clientId: 'post', clientAuthentication: ClientSecretPost(clientSecret) }),
  ],
  [
    'client_secret_jwt, by name',
    () => ({ clientId: 'jwt', clientSecret, clientAuthentication: 'client_secret_jwt' }),
  ],
  [
    'ClientSecretJwt()',
    () => ({ clientId: 'jwt', clientAuthentication: ClientSecretJwt(clientSecret) }),
  ],
  [
    'PrivateKeyJwt()',
    () => ({
      clientId: 'key',
      clientAuthentication: PrivateKeyJwt({ key: privateKey, kid: 'one' }),
    }),
  ],
  [
    'tls_client_auth, by name',
    () => ({ clientId: 'tls', clientAuthentication: 'tls_client_auth', fetch: byCertificate }),
  ],
  [
    'TlsClientAuth()',
    () => ({ clientId: 'tls', clientAuthentication: TlsClientAuth(), fetch: byCertificate }),
  ],
];

describe('every client authentication method, against a real authorization server', () => {
  it.each(methods)(
    '%s: a refresh token is redeemed, rotated, and redeemed again',
    async (_name, options) => {
      const refresh = refreshTokenGrant({ tokenEndpoint: provider.tokenEndpoint, ...options() });
      const first = await provider.refreshTokenFor(options().clientId);

      const second = asResponse(await refresh(tokens(first), context()));
      const third = asResponse(await refresh(tokens(second.refresh_token), context()));

      expect(third).toEqual({
        access_token: expect.any(String),
        refresh_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 3600,
        scope: 'offline_access',
      });
      expect(new Set([first, second.refresh_token, third.refresh_token]).size).toBe(3);
      expect(await provider.isLiveAccess(third.access_token)).toBe(true);
    },
  );

  it.each(methods.filter(([name]) => !/none/i.test(name)))(
    '%s: client credentials are granted',
    async (_name, options) => {
      const acquire: AcquireFunction = clientCredentialsGrant({
        tokenEndpoint: provider.tokenEndpoint,
        scope: 'billing',
        ...options(),
      });

      expect(await acquire(context())).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 600,
        scope: 'billing',
      });
    },
  );

  it('an issuer with an explicit endpoint is the audience of assertions, and nothing is discovered', async () => {
    const called: string[] = [];
    const fetchNoted: TokenFetch = (url, init) => (called.push(url), fetch(url, init));
    const acquire = clientCredentialsGrant({
      issuer: provider.issuer,
      tokenEndpoint: provider.tokenEndpoint,
      clientId: 'jwt',
      clientSecret,
      clientAuthentication: 'client_secret_jwt',
      fetch: fetchNoted,
    });

    await acquire(context());

    expect(called).toEqual([provider.tokenEndpoint]);
  });
});

describe('with an issuer alone', () => {
  it('the token endpoint is discovered at the first call and remembered', async () => {
    const called: string[] = [];
    const fetchNoted: TokenFetch = (url, init) => (called.push(url), fetch(url, init));
    const acquire = clientCredentialsGrant({
      issuer: provider.issuer,
      clientId: 'basic',
      clientSecret,
      fetch: fetchNoted,
    });
    expect(called).toEqual([]);

    await acquire(context());
    await acquire(context());

    expect(called).toEqual([
      `${provider.issuer}/.well-known/openid-configuration`,
      provider.tokenEndpoint,
      provider.tokenEndpoint,
    ]);
  });

  it('the revocation endpoint is discovered as well', async () => {
    const refreshToken = await provider.refreshTokenFor('none');

    await revokeToken({ issuer: provider.issuer, clientId: 'none' })(
      tokens(refreshToken),
      context(),
    );

    expect(await provider.isLive(refreshToken)).toBe(false);
  });
});

describe('refusals of a real authorization server', () => {
  it('a reused refresh token: the session has ended, and the server has revoked the grant', async () => {
    const refresh = refreshTokenGrant({ tokenEndpoint: provider.tokenEndpoint, clientId: 'none' });
    const first = await provider.refreshTokenFor('none');
    const { refresh_token: second } = asResponse(await refresh(tokens(first), context()));
    const before = provider.reuseDetections();

    const reused = await refresh(tokens(first), context()).catch(tokenErrorOf);

    expect(reused).toMatchObject({
      code: 'ERR_SESSION_ENDED',
      action: 'signIn',
      delivery: 'answered',
      message: 'The token endpoint answered 400, invalid_grant',
    });
    expect(provider.reuseDetections()).toBe(before + 1);
    expect(await refresh(tokens(second), context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_SESSION_ENDED',
    });
  });

  const refusedClients: [string, GrantOptions, string][] = [
    ['a wrong secret', { clientId: 'basic', clientSecret: 'wrong' }, 'invalid_client'],
    ['an unknown client', { clientId: 'nobody' }, 'invalid_client'],
    [
      'a method that is not the registered one',
      { clientId: 'jwt', clientSecret },
      'invalid_client',
    ],
    [
      'a scope that the client may not have',
      { clientId: 'basic', clientSecret, scope: 'payroll' },
      'invalid_scope',
    ],
  ];
  it.each(refusedClients)('%s: a configuration error', async (_name, options, error) => {
    const acquire = clientCredentialsGrant({ tokenEndpoint: provider.tokenEndpoint, ...options });

    const refused = await acquire(context()).catch(tokenErrorOf);

    expect(refused).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      action: 'fix',
      delivery: 'answered',
    });
    expect((refused as Error).message).toMatch(error);
  });
});

describe('DPoP', () => {
  it('a proof is sent, the nonce asked for is used once, kept, and sent first from then on', async () => {
    const calls: number[] = [];
    const fetchNoted: TokenFetch = async (url, init) => {
      const response = await fetch(url, init);
      calls.push(response.status);
      return response;
    };
    const handle = DPoP({}, await generateKeyPair('ES256'));
    const refresh = refreshTokenGrant({
      tokenEndpoint: provider.tokenEndpoint,
      clientId: 'none',
      DPoP: handle,
      fetch: fetchNoted,
    });
    const first = await provider.refreshTokenFor('none', await handle.calculateThumbprint());

    const second = asResponse(await refresh(tokens(first), context()));
    await refresh(tokens(second.refresh_token), context());

    expect(second.token_type).toBe('DPoP');
    expect(calls).toEqual([400, 200, 200]);
  });

  it('a server that never accepts the nonce is asked twice, no more', async () => {
    let calls = 0;
    const handle = DPoP({}, await generateKeyPair('ES256'));
    const refresh = refreshTokenGrant({
      tokenEndpoint: provider.tokenEndpoint,
      clientId: 'none',
      DPoP: handle,
      fetch: async () => {
        calls += 1;
        return Response.json(
          { error: 'use_dpop_nonce' },
          { status: 400, headers: { 'dpop-nonce': 'never' } },
        );
      },
    });

    await expect(refresh(tokens('rt'), context())).rejects.toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      delivery: 'answered',
    });
    expect(calls).toBe(2);
  });
});

describe('revokeToken, RFC 7009', () => {
  it('revokes the refresh token, and a second time is a success too', async () => {
    const revoke = revokeToken({
      revocationEndpoint: provider.revocationEndpoint,
      clientId: 'basic',
      clientSecret,
    });
    const refreshToken = await provider.refreshTokenFor('basic');

    await revoke(tokens(refreshToken), context());
    expect(await provider.isLive(refreshToken)).toBe(false);

    await expect(revoke(tokens(refreshToken), context())).resolves.toBeUndefined();
  });

  it('revokes the access token where there is no refresh token', async () => {
    const client = { clientId: 'basic', clientSecret };
    const { access_token: accessToken } = asResponse(
      await clientCredentialsGrant({ tokenEndpoint: provider.tokenEndpoint, ...client })(context()),
    );
    expect(await provider.isLiveAccess(accessToken)).toBe(true);

    await revokeToken({ revocationEndpoint: provider.revocationEndpoint, ...client })(
      { accessToken },
      context(),
    );

    expect(await provider.isLiveAccess(accessToken)).toBe(false);
  });

  it('a client that is not accepted is a configuration error', async () => {
    const revoke = revokeToken({
      revocationEndpoint: provider.revocationEndpoint,
      clientId: 'basic',
      clientSecret: 'wrong',
    });

    await expect(revoke(tokens('rt'), context())).rejects.toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
    });
  });
});
