import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import { mcpTransport } from '../src/mcp.ts';
import { type Answer, sendJson } from './support/api.ts';
import { clientContract } from './support/client-contract.ts';

/** The sdk's own server, with sessions and event streams, behind the token as its bearer middleware has it. */
function answer(): Answer {
  const mcp = new McpServer({ name: 'echo', version: '1.0.0' });
  mcp.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => 'session' });
  const connected = mcp.connect(transport);
  return async ({ authorized, body }, request, response) => {
    await connected;
    if (authorized)
      await transport.handleRequest(request, response, body === '' ? undefined : JSON.parse(body));
    else
      sendJson(
        response,
        401,
        { error: 'invalid_token' },
        { 'www-authenticate': 'Bearer error="invalid_token"' },
      );
  };
}

clientContract({
  name: '@modelcontextprotocol/sdk',
  answer,
  async connect(tokens, api) {
    const client = new Client({ name: 'test', version: '1.0.0' });
    await client.connect(mcpTransport(tokens, new URL('/mcp', api.origin)));
    await api.arrived('GET'); // the event stream, which it opens in the background
    return {
      async echo(text) {
        const { content } = await client.callTool({ name: 'echo', arguments: { text } });
        return (content as { text: string }[])[0]?.text;
      },
      close: () => client.close(),
    };
  },
  ended: { asked: 1 },
  refused: { statusOf: (error) => error instanceof StreamableHTTPError && error.code },
});
