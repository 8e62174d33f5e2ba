import { describe, expect, it } from '@jest/globals';
import {
  clientCredentialsGrant,
  type GrantOptions,
  None,
  refreshTokenGrant,
  revokeToken,
  type TokenFetch,
} from '@unexpired/oauth';
import { fetch as undiciFetch } from 'undici';

const good = { tokenEndpoint: 'https://id.example.com/token', clientId: 'web' };
type Row = [what: string, options: unknown, message: string];

const rows: Row[] = [
  ['no options', undefined, 'options: expected an object, got undefined'],
  [
    'no clientId',
    { tokenEndpoint: good.tokenEndpoint },
    'clientId: expected a non-empty string, got undefined',
  ],
  [
    'an empty clientId',
    { ...good, clientId: '' },
    'clientId: expected a non-empty string, got an empty string',
  ],
  [
    'no endpoint',
    { clientId: 'web' },
    'tokenEndpoint: expected a URL (or issuer, to discover it), got undefined',
  ],
  [
    'an endpoint that is none',
    { ...good, tokenEndpoint: '/token' },
    'tokenEndpoint: expected an absolute URL, such as "https://id.example.com/token", got one that does not parse',
  ],
  [
    'an endpoint of another type',
    { ...good, tokenEndpoint: 5 },
    'tokenEndpoint: expected an absolute URL, got number',
  ],
  [
    'an endpoint in the clear',
    { ...good, tokenEndpoint: 'http://id.example.com/token' },
    'tokenEndpoint: expected https, or http on loopback (allowInsecureRequests: true permits other http), got "http://id.example.com"',
  ],
  [
    'a host that only starts like loopback',
    { ...good, tokenEndpoint: 'http://127.0.0.1.evil.example/' },
    'tokenEndpoint: expected https, or http on loopback (allowInsecureRequests: true permits other http), got "http://127.0.0.1.evil.example"',
  ],
  [
    'another protocol, insecure or not',
    { ...good, tokenEndpoint: 'ftp://localhost/', allowInsecureRequests: true },
    'tokenEndpoint: expected https, or http on loopback (allowInsecureRequests: true permits other http), got "ftp://localhost"',
  ],
  [
    'an issuer in the clear',
    { clientId: 'web', issuer: 'http://id.example.com' },
    'issuer: expected https, or http on loopback (allowInsecureRequests: true permits other http), got "http://id.example.com"',
  ],
  [
    'credentials in the URL',
    { ...good, tokenEndpoint: 'https://web:hidden@id.example.com/' },
    'tokenEndpoint: expected a URL without credentials; use clientId and clientSecret, got one with credentials',
  ],
  [
    'a fragment',
    { ...good, tokenEndpoint: 'https://id.example.com/token#hidden' },
    'tokenEndpoint: expected a URL without a fragment (RFC 6749 section 3.2), got "https://id.example.com/token" with one',
  ],
  [
    'a secret of another type',
    { ...good, clientSecret: 5 },
    'clientSecret: expected a non-empty string, got number',
  ],
  [
    'an empty secret',
    { ...good, clientSecret: '' },
    'clientSecret: expected a non-empty string, got an empty string',
  ],
  [
    'a secret beside a function',
    { ...good, clientSecret: 'hidden', clientAuthentication: None() },
    'clientSecret: expected none beside a clientAuthentication function, which has its own, got one',
  ],
  [
    'a secret with "none"',
    { ...good, clientSecret: 'hidden', clientAuthentication: 'none' },
    'clientSecret: expected none with clientAuthentication "none", got one',
  ],
  [
    'a method that lacks its secret',
    { ...good, clientAuthentication: 'client_secret_post' },
    'clientSecret: expected the secret that client_secret_post needs, got none',
  ],
  [
    'private_key_jwt by name',
    { ...good, clientAuthentication: 'private_key_jwt' },
    'clientAuthentication: expected PrivateKeyJwt(key), which is exported here, got "private_key_jwt"',
  ],
  [
    'a method that nobody knows',
    { ...good, clientAuthentication: 'toString' },
    'clientAuthentication: expected one of client_secret_basic, client_secret_post, client_secret_jwt, none, tls_client_auth, self_signed_tls_client_auth, or a function such as PrivateKeyJwt(key), got "toString"',
  ],
  [
    'a scope that is a list',
    { ...good, scope: ['a'] },
    'scope: expected a non-empty string, scopes separated by spaces, got a list',
  ],
  [
    'an empty scope',
    { ...good, scope: '' },
    'scope: expected a non-empty string, scopes separated by spaces, got an empty string',
  ],
  [
    'parameters that are none',
    { ...good, parameters: 'a=b' },
    'parameters: expected a plain object of strings, got something else',
  ],
  [
    'parameters that are URLSearchParams',
    { ...good, parameters: new URLSearchParams('a=b') },
    'parameters: expected a plain object of strings, got something else',
  ],
  [
    'a parameter of another type',
    { ...good, parameters: { a: 1 } },
    'parameters.a: expected a string or an array of strings, got number',
  ],
  [
    'a parameter that is an option',
    { ...good, parameters: { scope: 'a' } },
    'parameters.scope: expected a parameter that is not set otherwise, got "scope", which is an option',
  ],
  [
    'a parameter that the grant sets',
    { ...good, parameters: { refresh_token: 'hidden' } },
    'parameters.refresh_token: expected a parameter that is not set otherwise, got "refresh_token"',
  ],
  ['a fetch that is none', { ...good, fetch: {} }, 'fetch: expected a function, got object'],
  [
    'a key in place of a method',
    { ...good, clientAuthentication: '-----BEGIN PRIVATE KEY-----\nhidden' },
    'clientAuthentication: expected one of client_secret_basic, client_secret_post, client_secret_jwt, none, tls_client_auth, self_signed_tls_client_auth, or a function such as PrivateKeyJwt(key), got string',
  ],
  [
    'a key in place of a DPoP handle',
    { ...good, DPoP: 'hidden' },
    'DPoP: expected a handle made by DPoP({}, keyPair), got string',
  ],
  ['a secret in place of all options', 'hidden', 'options: expected an object, got string'],
  [
    'a DPoP handle that is none',
    { ...good, DPoP: {} },
    'DPoP: expected a handle made by DPoP({}, keyPair), got object',
  ],
  [
    'an option that does not exist',
    { ...good, clientSecert: 'hidden' },
    'options: there is no option "clientSecert"; the options are issuer, clientId, clientSecret, clientAuthentication, parameters, fetch, allowInsecureRequests, tokenEndpoint, scope, DPoP, revocationEndpoint',
  ],
  [
    'allowInsecureRequests that is truthy',
    { ...good, allowInsecureRequests: 'yes' },
    'allowInsecureRequests: expected true or false, got string',
  ],
];

describe('options are checked when they are given', () => {
  it.each(rows)('%s', (_what, options, message) => {
    for (const grant of [refreshTokenGrant, clientCredentialsGrant]) {
      const thrown = catching(() => grant(options as GrantOptions));
      expect(thrown).toBeInstanceOf(TypeError);
      expect((thrown as Error).message).toBe(message);
      expect(String(thrown)).not.toContain('hidden');
    }
  });

  it.each([
    'https://id.example.com/token',
    'http://localhost:3000/token',
    'http://auth.localhost/',
    'http://127.0.0.1/',
    'http://127.8.9.1:80/',
    'http://[::1]:3000/',
    new URL('https://id.example.com'),
  ])('%s may be an endpoint', (tokenEndpoint) => {
    expect(refreshTokenGrant({ tokenEndpoint, clientId: 'web' })).toBeInstanceOf(Function);
  });

  it('http elsewhere has to be allowed by name', () => {
    expect(
      refreshTokenGrant({
        tokenEndpoint: 'http://id.test/',
        clientId: 'web',
        allowInsecureRequests: true,
      }),
    ).toBeInstanceOf(Function);
  });

  it('undefined is as good as left out', () => {
    const nothing = {
      clientSecret: undefined,
      clientAuthentication: undefined,
      scope: undefined,
      parameters: undefined,
      fetch: undefined,
      DPoP: undefined,
      issuer: undefined,
      allowInsecureRequests: undefined,
    };

    expect(refreshTokenGrant({ ...good, ...nothing })).toBeInstanceOf(Function);
  });

  it('revokeToken asks for its own endpoint', () => {
    expect(() => revokeToken({ clientId: 'web' })).toThrow(
      new TypeError(
        'revocationEndpoint: expected a URL (or issuer, to discover it), got undefined',
      ),
    );
    expect(() =>
      revokeToken({ clientId: 'web', revocationEndpoint: 'http://id.example.com/' }),
    ).toThrow(TypeError);
  });

  it('one object may serve a grant and revokeToken, each with options of the other', () => {
    const both = {
      ...good,
      revocationEndpoint: 'https://id.example.com/revoke',
      scope: 'api',
    };

    expect(refreshTokenGrant(both)).toBeInstanceOf(Function);
    expect(revokeToken(both)).toBeInstanceOf(Function);
  });

  it('revokeToken names an option that does not exist, too', () => {
    const misspelt = { clientId: 'web', revocationEndpiont: 'https://id.example.com/revoke' };

    expect(() => revokeToken(misspelt)).toThrow(
      /^options: there is no option "revocationEndpiont"; the options are /,
    );
  });

  it('any fetch fits: the global one, undici’s, a stub', () => {
    const fetches: TokenFetch[] = [fetch, undiciFetch, async () => new Response()];

    for (const each of fetches)
      expect(refreshTokenGrant({ ...good, fetch: each })).toBeInstanceOf(Function);
  });
});

function catching(task: () => unknown): unknown {
  try {
    return task();
  } catch (error) {
    return error;
  }
}
