import { mcpSession } from '@unexpired/mcp';
import type { Contender } from './contender.ts';
import { connectMcp } from './mcp-client.ts';

export const unexpiredMcp: Contender = {
  id: 'unexpired-mcp',
  name: 'Unexpired below the MCP SDK',
  about: 'One refresh, which every call waits for; the SDK never sees a refresh token.',
  ours: true,
  source: new URL(import.meta.url),

  async signIn({ mcpUrl, clientId, signedIn }) {
    const session = mcpSession({
      serverUrl: mcpUrl,
      client: { client_id: clientId },
      redirectUrl: 'http://127.0.0.1/callback',
      authorize: () => Promise.reject(new Error('nobody is here to sign in again')),
    });
    await session.setSession(signedIn);
    const { get, close } = await connectMcp(new URL(mcpUrl), session.transport);

    return {
      get,
      async close() {
        await close();
        await session.close();
      },
    };
  },
};
