import {
  type AuthorizationServer,
  startAuthorizationServer,
} from '../../../../examples/mcp/src/servers/authorization-server.ts';
import {
  type Major,
  type McpServer,
  startMcpServer,
} from '../../../../examples/mcp/src/servers/mcp-server.ts';
import { type McpSession, type McpSessionOptions, mcpSession } from '../../src/index.ts';
import { visit } from './visit.ts';

/** Where logins come back to. Nothing listens there: {@link visit} stops before it. */
export const REDIRECT_URL = 'http://127.0.0.1:7777/callback';

/** An authorization server, an MCP server, and whatever is to be stopped after a test. */
export interface World {
  readonly authorization: AuthorizationServer;
  readonly server: McpServer;
  /** A session that signs in by itself, as if somebody pressed the button. */
  session(options?: Partial<McpSessionOptions>): McpSession;
  stop(): Promise<void>;
}

export async function startWorld(
  major: Major = 2,
  options: Parameters<typeof startMcpServer>[2] & {
    readonly configure?: Parameters<typeof startAuthorizationServer>[0]['configure'];
  } = {},
): Promise<World> {
  const { configure = {}, ...rest } = options;
  const authorization = await startAuthorizationServer({ redirectUrl: REDIRECT_URL, configure });
  const server = await startMcpServer(major, authorization, rest);
  const sessions: McpSession[] = [];
  return {
    authorization,
    server,
    session(own = {}) {
      const session = mcpSession({
        serverUrl: server.url,
        client: { client_name: 'test' },
        redirectUrl: REDIRECT_URL,
        authorize: (page, { signal }) => visit(page, REDIRECT_URL, signal),
        ...own,
      });
      sessions.push(session);
      return session;
    },
    async stop() {
      await Promise.all(sessions.map((session) => session.close()));
      await Promise.all([server.stop(), authorization.stop()]);
    },
  };
}
