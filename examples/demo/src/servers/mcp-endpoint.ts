import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';

export const MCP_PATH = '/mcp';
const METADATA_PATH = `/.well-known/oauth-protected-resource${MCP_PATH}`;

/** Counts a request for an order; resolves with whether its token is good, after its refusal where not. */
export type Admit = (
  order: number,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<boolean>;

/**
 * The SDK's own server, for the one client of an arena. Calls of its tool need a token; the handshake does not, so that
 * it can meet no expired one, however long it takes. It opens no event stream.
 */
export async function createMcpEndpoint(
  issuer: string,
  orderOf: (order: number) => object,
  admit: Admit,
): Promise<(request: IncomingMessage, response: ServerResponse) => Promise<void>> {
  const mcp = new McpServer({ name: 'orders', version: '1.0.0' });
  const inputSchema = z.object({ order: z.number() });
  mcp.registerTool('order', { inputSchema }, ({ order }) => ({
    content: [{ type: 'text', text: JSON.stringify(orderOf(order)) }],
  }));
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    enableJsonResponse: true,
  });
  await mcp.connect(transport);

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
      const order = body?.method === 'tools/call' ? body.params?.arguments?.order : undefined;
      if (order === undefined || (await admit(order, request, response)))
        await transport.handleRequest(request, response, body);
    }
  };
}

/** A JSON-RPC request, as far as it matters here. */
interface Call {
  readonly method?: string;
  readonly params?: { readonly arguments?: { readonly order?: number } };
}
