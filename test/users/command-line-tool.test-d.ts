// A CLI or MCP client: one credentials file beside other settings, many processes.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { createTokenManager, type TokenResponse } from 'unexpired';
import { createAuthFetch } from '@unexpired/fetch';
import { refreshTokenGrant } from '@unexpired/oauth';
import { fileStore } from '@unexpired/node';
declare function login(): Promise<TokenResponse>;
const url = new URL('https://mcp.example.com/mcp');
const tokens = createTokenManager({
  store: fileStore(join(homedir(), '.config/tool/credentials.json'), {
    pointer: '/auth',
    parse: (old: any) =>
      old?.access_token && {
        accessToken: old.access_token,
        refreshToken: old.refresh_token,
        expiresAt: old.expiry_date,
      },
  }),
  refresh: refreshTokenGrant({ tokenEndpoint: 'https://id.example.com/token', clientId: 'tool' }),
});
if (!(await tokens.getToken())) await tokens.setSession(await login());
const transport = new StreamableHTTPClientTransport(url, {
  fetch: createAuthFetch(tokens, { origins: [url.origin] }),
});
process.once('SIGTERM', () => void tokens.close().finally(() => process.exit()));
void transport;
