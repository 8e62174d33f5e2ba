import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export const MCP_PATH = '/mcp';
const METADATA_PATH = `/.well-known/oauth-protected-resource${MCP_PATH}`;

/** Resolves with whether the request for a path may go on, after its refusal where not. */
export type Admit = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<boolean>;

/**
 * The SDK's own server, whose tool answers what is at a path. Calls of its tool need a token; the handshake does not, so
 * that it can meet no expired one, however long it takes. It opens no event stream.
 */
export function createMcpEndpoint(
  issuer: string,
  answerTo: (path: string) => object,
  admit: Admit,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const clients = new Map<string, NodeStreamableHTTPServerTransport>();
  const connect = async (): Promise<NodeStreamableHTTPServerTransport> => {
    const mcp = new McpServer({ name: 'orders', version: '1.0.0' });
    const inputSchema = z.object({ path: z.string() });
    mcp.registerTool('get', { inputSchema }, ({ path }) => ({
      content: [{ type: 'text', text: JSON.stringify(answerTo(path)) }],
    }));
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void clients.set(id, transport),
      enableJsonResponse: true,
    });
    await mcp.connect(transport);
    return transport;
  };

  return async (request, response) => {
    if (request.url === METADATA_PATH) {
      const resource = `http://${request.headers.host}${MCP_PATH}`;
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ resource, authorization_servers: [issuer] }));
    } else if (request.url !== MCP_PATH) response.writeHead(404).end();
    else if (request.method === 'GET') response.writeHead(405).end();
    else {
      const text = Buffer.concat(await request.toArray()).toString();
      const body = text === '' ? undefined : (JSON.parse(text) as Call);
      const path = body?.method === 'tools/call' ? body.params?.arguments?.path : undefined;
      if (path !== undefined && !(await admit(path, request, response))) return;
      const known = clients.get(String(request.headers['mcp-session-id']));
      await (known ?? (await connect())).handleRequest(request, response, body);
    }
  };
}

/** A JSON-RPC request, as far as it matters here. */
interface Call {
  readonly method?: string;
  readonly params?: { readonly arguments?: { readonly path?: string } };
}
