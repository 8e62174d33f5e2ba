import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Client as DemoClient } from './contender.ts';

/** Ms; the SDK's own minute is too short for 10,000 calls through 64 sockets. */
const LIMIT = { timeout: 600_000 };

/** A connected client of the MCP SDK. Its tool is the API: an order by its number. */
export async function connectMcp(
  url: URL,
  options: ConstructorParameters<typeof StreamableHTTPClientTransport>[1],
): Promise<Required<DemoClient>> {
  const client = new Client({ name: 'demo', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(url, options));
  return {
    async get(path) {
      const order = Number(path.slice('/orders/'.length));
      const { content } = await client.callTool({ name: 'order', arguments: { order } }, LIMIT);
      const [first] = content as readonly { readonly text?: string }[];
      return JSON.parse(first?.text ?? '') as unknown;
    },
    close: () => client.close(),
  };
}
