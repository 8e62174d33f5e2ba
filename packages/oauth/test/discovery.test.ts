import { describe, expect, it } from '@jest/globals';
import { tokenErrorOf } from 'unexpired';
import { clientCredentialsGrant, type GrantOptions } from '@unexpired/oauth';
import { context } from './support/context.ts';
import { html, json, playedEndpoint } from './support/played-endpoint.ts';

const endpoint = playedEndpoint();
const unsent = { delivery: 'unsent' };

const issued = (more: Partial<GrantOptions> = {}) =>
  clientCredentialsGrant({ issuer: endpoint.origin, clientId: 'web', ...more })(context()).catch(
    tokenErrorOf,
  );

/** What a grant sends where metadata names these endpoints. */
const sentWith = async (issuer: string, metadata: object, more: Partial<GrantOptions> = {}) => {
  const urls: string[] = [];
  const outcome = await clientCredentialsGrant({
    issuer,
    clientId: 'web',
    fetch: async (url) => {
      urls.push(url);
      return Response.json({ issuer, access_token: 'at', ...metadata });
    },
    ...more,
  })(context()).catch(tokenErrorOf);
  return { outcome, urls };
};

const INTERNAL = [
  'http://127.0.0.1:8080/token',
  'http://localhost/token',
  'https://127.0.0.1/token',
  'https://localhost:8443/token',
  'https://localhost./token',
  'https://id.localhost/token',
  'https://[::1]/token',
  'https://[::]/token',
  'https://[::ffff:127.0.0.1]/token',
  'https://[::ffff:10.0.0.1]/token',
  'https://[::10.0.0.1]/token',
  'https://[fd00::1]/token',
  'https://[fe80::1]/token',
  'https://0.0.0.0/token',
  'https://0x7f.1/token',
  'https://2130706433/token',
  'https://10.1.2.3/token',
  'https://172.16.0.1/token',
  'https://172.31.255.1/token',
  'https://192.168.1.1/token',
  'https://169.254.169.254/token',
  'https://100.64.0.1/token',
];

describe('discovery', () => {
  it.each(INTERNAL)(
    'metadata of a public issuer that names %s is refused: nothing is sent there',
    async (url) => {
      for (const metadata of [
        { token_endpoint: url },
        {
          token_endpoint: 'https://id.example.com/t',
          mtls_endpoint_aliases: { token_endpoint: url },
        },
      ]) {
        const { outcome, urls } = await sentWith('https://id.example.com', metadata);
        expect(outcome).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', ...unsent });
        expect((outcome as Error).message).toContain('a public https address');
        expect(urls).toHaveLength(1);
      }
    },
  );

  it.each([
    ['https://id.example.com', 'https://tokens.example.net/token'],
    ['https://id.example.com', 'https://172.32.0.1/token'],
    ['https://id.example.com', 'https://100.128.0.1/token'],
    ['https://id.example.com', 'https://11.0.0.1/token'],
    ['https://id.example.com', 'https://[2001:db8::1]/token'],
    ['https://id.example.com', 'https://localhost.example.com/token'],
    ['https://10.0.0.1', 'https://10.0.0.2/token'],
    ['https://localhost:8443', 'http://127.0.0.1:8080/token'],
    ['http://127.0.0.1:9000', 'http://localhost:9000/token'],
  ])('metadata of %s may name %s', async (issuer, token_endpoint) => {
    const { outcome, urls } = await sentWith(issuer, { token_endpoint });
    expect(outcome).toMatchObject({ access_token: 'at' });
    expect(urls[1]).toBe(token_endpoint);
  });

  it('metadata may name anything where insecure requests are allowed', async () => {
    const token_endpoint = 'http://10.0.0.2/token';
    const more = { allowInsecureRequests: true };
    const { outcome } = await sentWith('https://id.example.com', { token_endpoint }, more);
    expect(outcome).toMatchObject({ access_token: 'at' });
  });

  it('falls back from OpenID Connect Discovery to RFC 8414', async () => {
    const paths: string[] = [];
    endpoint.answer = (request, response) => {
      paths.push(String(request.url));
      if (request.url === '/.well-known/oauth-authorization-server')
        json(200, { issuer: endpoint.origin, token_endpoint: `${endpoint.origin}/elsewhere` })(
          request,
          response,
        );
      else if (request.url === '/elsewhere') json(200, { access_token: 'at' })(request, response);
      else html(404)(request, response);
    };

    expect(await issued()).toEqual({ access_token: 'at' });
    expect(paths).toEqual([
      '/.well-known/openid-configuration',
      '/.well-known/oauth-authorization-server',
      '/elsewhere',
    ]);
  });

  it.each([
    [
      'another issuer',
      { issuer: 'https://evil.example', token_endpoint: 'https://evil.example/token' },
    ],
    ['no token endpoint', { issuer: 'SELF' }],
    [
      'a token endpoint in the clear',
      { issuer: 'SELF', token_endpoint: 'http://id.example.com/token' },
    ],
    [
      'a certificate endpoint in the clear',
      {
        issuer: 'SELF',
        token_endpoint: 'https://id.example.com/token',
        mtls_endpoint_aliases: { token_endpoint: 'http://id.example.com/token' },
      },
    ],
  ])('metadata with %s is not usable, and nothing is sent', async (_what, metadata) => {
    endpoint.answer = json(200, {
      ...metadata,
      issuer: metadata.issuer.replace('SELF', endpoint.origin),
    });

    expect(await issued()).toMatchObject({ code: 'ERR_REFRESH_CONFIGURATION', ...unsent });
    expect(endpoint.calls).toBe(1);
  });

  it('a failure is never ambiguous, and not remembered', async () => {
    const acquire = clientCredentialsGrant({ issuer: endpoint.origin, clientId: 'web' });
    endpoint.answer = html(503, { 'retry-after': '1' });
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      retryAfter: 1_000,
      ...unsent,
    });
    endpoint.answer = (request) => void request.socket.destroy();
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      ...unsent,
    });
    endpoint.answer = html(404);
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      ...unsent,
    });
    endpoint.answer = html(200);
    expect(await acquire(context()).catch(tokenErrorOf)).toMatchObject({
      code: 'ERR_REFRESH_CONFIGURATION',
      ...unsent,
    });

    endpoint.answer = json(200, {
      issuer: endpoint.origin,
      token_endpoint: `${endpoint.origin}/token`,
      access_token: 'at',
    });
    expect(await acquire(context())).toMatchObject({ access_token: 'at' });
  });

  it('a certificate uses the endpoints that ask for one (RFC 8705 section 5)', async () => {
    endpoint.answer = (request, response) =>
      json(200, {
        issuer: endpoint.origin,
        token_endpoint: `${endpoint.origin}/no`,
        mtls_endpoint_aliases: { token_endpoint: `${endpoint.origin}/mtls` },
        access_token: request.url,
      })(request, response);

    expect(await issued({ clientAuthentication: 'tls_client_auth' })).toMatchObject({
      access_token: '/mtls',
    });
  });
});
