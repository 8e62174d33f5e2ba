import {
  Client as Client2,
  StreamableHTTPClientTransport as Transport2,
} from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { Client as Client20, StreamableHTTPClientTransport as Transport20 } from 'mcp-client-2.0';
import { Client as Client120 } from 'mcp-sdk-1.20/client/index.js';
import type { Transport } from 'mcp-sdk-1.20/shared/transport.js';
import { StreamableHTTPClientTransport as Transport120 } from 'mcp-sdk-1.20/client/streamableHttp.js';
import type { McpSession } from '../../src/index.ts';

/** A client of the SDK that is connected. */
export interface Connected {
  call(tool: 'read' | 'write', id: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** By the version of the SDK, as its users connect: the newest of each major, and the oldest that is supported. */
export const CONNECT = {
  async 1(url: URL, session: McpSession): Promise<Connected> {
    const client = new Client1(NAME);
    await client.connect(new Transport1(url, session.transport));
    return connected(client);
  },
  async '1.20'(url: URL, session: McpSession): Promise<Connected> {
    const client = new Client120(NAME);
    // Its types contradict each other with exactOptionalPropertyTypes.
    await client.connect(new Transport120(url, session.transport) as Transport);
    return connected(client);
  },
  async 2(url: URL, session: McpSession): Promise<Connected> {
    const client = new Client2(NAME);
    await client.connect(new Transport2(url, session.transport));
    return connected(client);
  },
  async '2.0'(url: URL, session: McpSession): Promise<Connected> {
    const client = new Client20(NAME);
    await client.connect(new Transport20(url, session.transport));
    return connected(client);
  },
};

const NAME = { name: 'test', version: '1.0.0' };

const connected = (client: {
  callTool(call: { name: string; arguments: { id: string } }): Promise<object>;
  close(): Promise<void>;
}): Connected => ({
  call: async (name, id) => textOf(await client.callTool({ name, arguments: { id } })),
  close: () => client.close(),
});

const textOf = (result: object): string | undefined =>
  (result as { content?: { text: string }[] }).content?.[0]?.text;
