import type { OAuthClientProvider, OAuthTokens } from '@modelcontextprotocol/client';
import type { Contender } from './contender.ts';
import { connectMcp } from './mcp-client.ts';

/** The MCP SDK's own way: an `authProvider` as its documentation has it, with the tokens in memory. */
export const mcpSdk: Contender = {
  id: 'mcp-sdk',
  name: "The MCP SDK's own provider",
  about: 'Every call that gets a 401 redeems the refresh token for itself, in the transport.',
  ours: false,
  source: new URL(import.meta.url),

  async signIn({ mcpUrl, clientId, signedIn }) {
    const redirectUrl = 'http://127.0.0.1/callback';
    let tokens: OAuthTokens | undefined = { ...signedIn };
    const authProvider: OAuthClientProvider = {
      redirectUrl,
      clientMetadata: { client_name: 'demo', redirect_uris: [redirectUrl] },
      clientInformation: () => ({ client_id: clientId }),
      tokens: () => tokens,
      saveTokens: (renewed) => void (tokens = renewed),
      invalidateCredentials: () => void (tokens = undefined),
      redirectToAuthorization: () => undefined, // nobody is here to sign in again
      saveCodeVerifier: () => undefined,
      codeVerifier: () => '',
    };
    return await connectMcp(new URL(mcpUrl), { authProvider });
  },
};
