import type { IncomingMessage, ServerResponse } from 'node:http';
import { createMcpEndpoint } from '@unexpired/example-contenders/mcp-endpoint';
import { now, pause } from '../clock.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import type { Ledger } from './ledger.ts';
import { type Listening, listen } from './listen.ts';

/** Ms that an answer takes: between these two, by the order's number, so that every contender meets the same spread. */
export const API_LATENCY = { from: 10, to: 30 } as const;

/**
 * `GET /orders/<number>`, or the same as the tool of an MCP server, for a caller that brings an access token that the
 * authorization server still stands by.
 */
export async function startProtectedApi(
  ledger: Ledger,
  { isAccessTokenGood, issuer }: Pick<AuthorizationServer, 'isAccessTokenGood' | 'issuer'>,
): Promise<Listening> {
  const admit = async (
    order: number,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<boolean> => {
    const attempt = ledger.attempt(order);
    const accessToken = bearerOf(request.headers.authorization);
    const good = accessToken !== undefined && (await isAccessTokenGood(accessToken));
    await pause(latencyOf(order));
    attempt.status = good ? 200 : 401;
    attempt.until = now();
    if (good) return true;
    response.setHeader('www-authenticate', challenge(accessToken));
    send(response, 401, { error: 'unauthorized' });
    return false;
  };
  const answerMcp = createMcpEndpoint(
    issuer,
    (path) => orderFor(orderOf(path) ?? 0),
    (path, request, response) => admit(orderOf(path) ?? 0, request, response),
  );
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const order = orderOf(request.url);
    if (order === undefined) await answerMcp(request, response);
    else if (await admit(order, request, response)) send(response, 200, orderFor(order));
  };
  return await listen((request, response) => {
    answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
}

const orderFor = (order: number): object => ({ order, status: 'shipped' });

function orderOf(url = ''): number | undefined {
  const digits = /^\/orders\/(\d{1,9})$/.exec(url)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function bearerOf(authorization = ''): string | undefined {
  return /^Bearer (\S+)$/i.exec(authorization)?.[1];
}

/** RFC 6750 section 3: no error code for a request that brought no token. */
function challenge(accessToken: string | undefined): string {
  return accessToken === undefined
    ? 'Bearer realm="orders"'
    : 'Bearer realm="orders", error="invalid_token", error_description="The access token is expired, revoked or unknown"';
}

function latencyOf(order: number): number {
  const steps = API_LATENCY.to - API_LATENCY.from + 1;
  return API_LATENCY.from + ((order * 7) % steps);
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
