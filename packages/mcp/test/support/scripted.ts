import type { RequestListener } from 'node:http';
import { listen } from '../../../oauth/test/support/listen.ts';
import { type McpSession, type McpSessionOptions, mcpSession } from '../../src/index.ts';
import { REDIRECT_URL } from './world.ts';

/** An MCP server and its authorization server, whose answers the test decides. */
export interface Scripted {
  /** Answers by path; `/mcp` is the MCP server. Metadata is answered here. */
  readonly answers: Record<string, RequestListener>;
  /** Login pages that were opened. */
  readonly pages: URL[];
  /** What the requests to a path brought. */
  readonly bodies: { readonly path: string; readonly text: string }[];
  readonly url: URL;
  readonly options: McpSessionOptions;
  session(options?: Partial<McpSessionOptions>): McpSession;
  stop(): Promise<void>;
}

/** Something to wait for, until it is opened. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** A listener that answers with JSON. */
export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  };

/** A refusal of the MCP server, with a challenge. */
export const challenge = (status: number, parameters: string): RequestListener =>
  json(status, {}, { 'www-authenticate': `Bearer ${parameters}` });

export async function startScripted(): Promise<Scripted> {
  const pages: URL[] = [];
  const bodies: { path: string; text: string }[] = [];
  const { origin, stop } = await listen((request, response) => {
    const [path = ''] = (request.url ?? '').split('?');
    void request.toArray().then((chunks) => {
      bodies.push({ path, text: Buffer.concat(chunks).toString() });
      const answer = answers[path] ?? json(404, {});
      answer(request, response);
    });
  });
  const url = new URL('/mcp', origin);
  let tokens = 0;
  const answers: Record<string, RequestListener> = {
    '/mcp': challenge(401, 'error="invalid_token"'),
    '/.well-known/oauth-protected-resource/mcp': json(200, {
      resource: url.href,
      authorization_servers: [origin],
      scopes_supported: ['all'],
    }),
    '/.well-known/oauth-authorization-server': json(200, {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      response_types_supported: ['code'],
    }),
    '/register': json(201, { client_id: 'registered' }),
    '/token': (request, response) =>
      json(200, { access_token: `token-${++tokens}`, token_type: 'Bearer' })(request, response),
  };
  const options: McpSessionOptions = {
    serverUrl: url,
    client: { client_name: 'test' },
    redirectUrl: REDIRECT_URL,
    async authorize(page) {
      pages.push(page);
      const state = page.searchParams.get('state') ?? '';
      return `${REDIRECT_URL}?code=a-code&state=${state}&iss=${encodeURIComponent(origin)}`;
    },
  };
  const sessions: McpSession[] = [];
  return {
    answers,
    pages,
    bodies,
    url,
    options,
    session(own = {}) {
      const session = mcpSession({ ...options, ...own });
      sessions.push(session);
      return session;
    },
    async stop() {
      await Promise.all(sessions.map((session) => session.close()));
      await stop();
    },
  };
}
