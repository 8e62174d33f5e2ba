import type { OAuthClientProvider, OAuthTokens } from '@modelcontextprotocol/client';
import type { Contender } from '../contender.ts';
import { tokensIn } from '../app/tokens-in.ts';
import { connectMcp } from './mcp-client.ts';

/** The MCP SDK's own way: an `authProvider` as its documentation has it. */
export const mcpSdk: Contender = {
  id: 'mcp-sdk',
  name: "The MCP SDK's own provider",
  about: 'Every call that gets a 401 redeems the refresh token for itself, in the transport.',
  ours: false,
  on: 'MCP',
  docs: 'https://github.com/modelcontextprotocol/typescript-sdk/blob/main/docs/client.md',
  source: new URL(import.meta.url),

  start({ mcpUrl, clientId, storage }) {
    const redirectUrl = 'http://127.0.0.1/callback';
    const { read, setSession, signOut } = tokensIn(storage);
    const authProvider: OAuthClientProvider = {
      redirectUrl,
      clientMetadata: { client_name: 'demo', redirect_uris: [redirectUrl] },
      clientInformation: () => ({ client_id: clientId }),
      tokens: () => read() as OAuthTokens | undefined,
      saveTokens: (renewed) => setSession(renewed),
      invalidateCredentials: () => signOut(),
      redirectToAuthorization: () => undefined, // nobody is here to sign in again
      saveCodeVerifier: () => undefined,
      codeVerifier: () => '',
    };
    return { client: () => connectMcp(new URL(mcpUrl), { authProvider }), setSession, signOut };
  },
};
