import {
  Client as Client2,
  StreamableHTTPClientTransport as Transport2,
} from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { McpSession } from '../../src/index.ts';

/** A client of the SDK that is connected. */
export interface Connected {
  call(tool: 'read' | 'write', id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** By the major version of the SDK, as its users connect. */
export const CONNECT = {
  async 1(url: URL, session: McpSession): Promise<Connected> {
    const client = new Client1({ name: 'test', version: '1.0.0' });
    const transport = new Transport1(url, session.transport);
    await client.connect(transport);
    return {
      call: async (name, id) => textOf(await client.callTool({ name, arguments: { id } })),
      close: () => client.close(),
    };
  },
  async 2(url: URL, session: McpSession): Promise<Connected> {
    const client = new Client2({ name: 'test', version: '1.0.0' });
    await client.connect(new Transport2(url, session.transport));
    return {
      call: async (name, id) => textOf(await client.callTool({ name, arguments: { id } })),
      close: () => client.close(),
    };
  },
};

const textOf = (result: object): string | undefined =>
  (result as { content?: { text: string }[] }).content?.[0]?.text;
