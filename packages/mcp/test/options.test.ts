import { describe, expect, it } from '@jest/globals';
import { type McpSessionOptions, mcpSession } from '../src/index.ts';
import { REDIRECT_URL } from './support/world.ts';

const SERVER = 'https://mcp.example.com/mcp';

const options: McpSessionOptions = {
  serverUrl: SERVER,
  client: { client_name: 'test' },
  redirectUrl: REDIRECT_URL,
  authorize: () => Promise.reject(new Error('a login was opened')),
};

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
