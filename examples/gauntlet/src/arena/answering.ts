import type { IncomingMessage, ServerResponse } from 'node:http';
import { tokenIn } from './access-token.ts';
import { answerPath } from './api.ts';
import { pause, trueNow } from './clock.ts';
import { answerTokenCall, isTokenCall } from './token-calls.ts';
import type { Arena, Visit } from './types.ts';
import { readBody, sendJson } from './wire.ts';

export const MCP_PATH = '/mcp';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The endpoints of the authorization server and those of the API, in the ways in which contenders ask for them. */
export function answering(arena: Arena): Answer {
  const { server, address, visits } = arena;
  const admit = async (
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> => {
    const good = server.authorize(tokenIn(request.headers.authorization, trueNow()));
    const visit: Visit = { path, good };
    visits.push(visit);
    if (request.method === 'POST' && path.startsWith('/upload'))
      visit.body = await readBody(request);
    if (good && !path.startsWith('/denied/')) {
      await pause(5);
      return true;
    }
    await arena.holdRefusals?.(path);
    response.setHeader('www-authenticate', 'Bearer realm="api", error="invalid_token"');
    sendJson(response, 401, { error: 'unauthorized' });
    return false;
  };
  // Loaded with the first call: most contenders never make one, and it is a third of a second of work.
  let mcp: Promise<Answer> | undefined;
  const answerMcp: Answer = async (request, response) => {
    mcp ??= import('@unexpired/example-contenders/mcp-endpoint').then(({ createMcpEndpoint }) =>
      createMcpEndpoint(new URL(address.tokenEndpoint).origin, answerPath, admit),
    );
    await (await mcp)(request, response);
  };
  return async (request, response) => {
    const url = new URL(request.url ?? '/', address.apiOrigin);
    const file = arena.files.get(url.pathname);
    if (file !== undefined) response.writeHead(200, { 'content-type': file.type }).end(file.text);
    else if (isTokenCall(url.pathname)) await answerTokenCall(arena, url, request, response);
    else if (url.pathname === MCP_PATH || url.pathname.startsWith('/.well-known/oauth-protected'))
      await answerMcp(request, response);
    else if (url.pathname === '/graphql') {
      const { variables } = JSON.parse(await readBody(request)) as GraphQlCall;
      if (await admit(variables.path, request, response))
        sendJson(response, 200, { data: { get: answerPath(variables.path) } });
    } else {
      // PostgREST's way to ask for rows, which supabase-js sends.
      const path = url.searchParams.get('path')?.replace(/^eq\./, '') ?? url.pathname;
      if (!(await admit(path, request, response))) return;
      if (path.startsWith('/broken/')) sendJson(response, 500, { error: 'broken' });
      else sendJson(response, 200, answerPath(path));
    }
  };
}

interface GraphQlCall {
  readonly variables: { readonly path: string };
}
