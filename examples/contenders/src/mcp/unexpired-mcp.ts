import { mcpSession } from '@unexpired/mcp';
import type { Contender } from '../contender.ts';
import { connectMcp } from './mcp-client.ts';

export const unexpiredMcp: Contender = {
  id: 'unexpired-mcp',
  name: 'Unexpired below the MCP SDK',
  about: 'One refresh, which every call waits for; the SDK never sees a refresh token.',
  ours: true,
  on: 'MCP',
  docs: 'packages/mcp/README.md',
  source: new URL(import.meta.url),

  start({ mcpUrl, clientId, store }) {
    const session = mcpSession({
      serverUrl: mcpUrl,
      client: { client_id: clientId },
      redirectUrl: 'http://127.0.0.1/callback',
      authorize: () => Promise.reject(new Error('nobody is here to sign in again')),
      ...(store === undefined ? {} : { store }),
    });

    return {
      client: () => connectMcp(new URL(mcpUrl), session.transport),
      setSession: (tokens) => session.setSession(tokens),
      signOut: () => session.signOut(),
      close: () => session.close(),
    };
  },
};
