import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import type { Client as OurClient } from '../contender.ts';

/** Ms; the SDK's own minute is too short for 10,000 calls through 64 sockets. */
const LIMIT = 600_000;

/** A connected client of the MCP SDK. Its tool is the API: what is at a path. */
export async function connectMcp(
  url: URL,
  options: ConstructorParameters<typeof StreamableHTTPClientTransport>[1],
): Promise<OurClient & Required<Pick<OurClient, 'close'>>> {
  const client = new Client({ name: 'demo', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(url, options));
  return {
    async get(path, { signal, timeout = LIMIT } = {}) {
      const limits = { timeout, ...(signal === undefined ? {} : { signal }) };
      const { content } = await client.callTool({ name: 'get', arguments: { path } }, limits);
      const [first] = content as readonly { readonly text?: string }[];
      return JSON.parse(first?.text ?? '') as unknown;
    },
    close: () => client.close(),
  };
}
