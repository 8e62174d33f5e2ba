import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import { McpServer as McpServer1 } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { McpServer as McpServer2 } from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { AuthorizationServer } from './authorization-server.ts';
import { listen } from './listen.ts';

/** Of the official SDK: `1` is @modelcontextprotocol/sdk, `2` is @modelcontextprotocol/server. */
export type Major = 1 | 2;

export interface McpServer {
  readonly url: URL;
  /** Requests by their method and how they were answered, such as `GET 401`, in the order of their answers. */
  readonly answers: readonly string[];
  /** Access tokens in the order in which they first came. */
  readonly tokens: readonly string[];
  stop(): Promise<void>;
}

interface Transport {
  handleRequest(request: IncomingMessage, response: ServerResponse, body?: unknown): Promise<void>;
}

/**
 * The SDK's own server, with sessions and event streams, behind the tokens of an authorization server. Its tool `read`
 * needs `mcp:read`, and `write` needs `mcp:write`. `challenge: false`: its 401 says nothing more.
 * `hold`: what each refusal waits for.
 */
export async function startMcpServer(
  major: Major,
  authorization: AuthorizationServer,
  options: {
    readonly challenge?: boolean;
    readonly hold?: (call: Call | undefined) => Promise<void> | undefined;
  } = {},
): Promise<McpServer> {
  const { challenge = true, hold } = options;
  const { origin, server, stop } = await listen();
  const url = new URL('/mcp', origin);
  const metadata = new URL('/.well-known/oauth-protected-resource/mcp', origin);
  const sessions = new Map<string, Transport>();
  const answers: string[] = [];
  const tokens = new Set<string>();

  const refuse = (response: ServerResponse, status: 401 | 403, error: string): void => {
    const header = `Bearer error="${error}", resource_metadata="${metadata.href}"${status === 403 ? ', scope="mcp:write"' : ''}`;
    response
      .writeHead(status, {
        'content-type': 'application/json',
        ...(challenge && { 'www-authenticate': header }),
      })
      .end(JSON.stringify({ error }));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === metadata.pathname) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(
        JSON.stringify({
          resource: url.href,
          authorization_servers: [authorization.issuer],
          scopes_supported: ['mcp:read'],
        }),
      );
      return;
    }
    if (request.url !== url.pathname) {
      response.writeHead(404).end();
      return;
    }
    const text = Buffer.concat(await request.toArray()).toString();
    const body = text === '' ? undefined : (JSON.parse(text) as Call);
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined) tokens.add(token);
    const scopes = token && (await authorization.scopesOf(token, url.href));
    if (!scopes) {
      await hold?.(body);
      refuse(response, 401, 'invalid_token');
    } else if (
      !scopes.includes(`mcp:${body?.params?.name ?? 'read'}`) &&
      body?.method === 'tools/call'
    )
      refuse(response, 403, 'insufficient_scope');
    else await serve(request, response, body);
  };

  const serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
  ): Promise<void> => {
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    const transport = known ?? (await connect[major]((made, own) => sessions.set(made, own)));
    await transport.handleRequest(request, response, body);
  };

  server.on('request', (request, response) => {
    const { method } = request;
    const write = response.writeHead;
    response.writeHead = function (this: ServerResponse, ...args: Parameters<typeof write>) {
      if (request.url === url.pathname) answers.push(`${method} ${args[0]}`);
      return Reflect.apply(write, this, args) as ServerResponse;
    } as typeof write;
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  return {
    url,
    answers,
    get tokens() {
      return [...tokens];
    },
    stop,
  };
}

/** A JSON-RPC request, as far as it matters here. */
export interface Call {
  readonly method?: string;
  readonly params?: { readonly name?: string; readonly arguments?: { readonly id?: string } };
}

type Began = (id: string, transport: Transport) => void;

const text = (value: string) => ({ content: [{ type: 'text' as const, text: value }] });

/** A transport for one session, by the major version of the SDK. */
const connect: Record<Major, (began: Began) => Promise<Transport>> = {
  async 1(began) {
    const mcp = new McpServer1({ name: 'notes', version: '1.0.0' });
    mcp.registerTool('read', { inputSchema: { id: z.string() } }, ({ id }) => text(id));
    mcp.registerTool('write', { inputSchema: { id: z.string() } }, ({ id }) => text(id));
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => began(id, transport),
    });
    await mcp.connect(transport);
    return transport;
  },
  async 2(began) {
    const mcp = new McpServer2({ name: 'notes', version: '1.0.0' });
    const inputSchema = z.object({ id: z.string() });
    mcp.registerTool('read', { inputSchema }, ({ id }) => text(id));
    mcp.registerTool('write', { inputSchema }, ({ id }) => text(id));
    const transport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => began(id, transport),
    });
    await mcp.connect(transport);
    return transport;
  },
};
