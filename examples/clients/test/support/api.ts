import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatedServer } from '@unexpired/testing';

/** A request that the API got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Did it carry a live token? The token itself is not kept. */
  readonly authorized: boolean;
  /** Did it carry any `Authorization`? */
  readonly signed: boolean;
}

/** Answers one request; what it throws ends the connection. */
export type Answer = (
  received: Received,
  request: IncomingMessage,
  response: ServerResponse,
) => unknown;

/** An API on loopback, behind the authorization server. */
export interface Api {
  readonly origin: string;
  readonly requests: Received[];
  /** Resolves once a request with this method has come. */
  arrived(method: string): Promise<void>;
  close(): Promise<void>;
}

export async function startApi(server: SimulatedServer, answer: Answer): Promise<Api> {
  const requests: Received[] = [];
  let waiting: { method: string; resolve: () => void }[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const { authorization } = request.headers;
    const received: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      body,
      authorized: server.authorize(/^Bearer (.+)$/.exec(authorization ?? '')?.[1]),
      signed: authorization !== undefined,
    };
    requests.push(received);
    for (const { method, resolve } of waiting) if (method === received.method) resolve();
    waiting = waiting.filter(({ method }) => method !== received.method);
    await answer(received, request, response);
  };
  const listener = createServer((request, response) => {
    handle(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : new Error(String(error))),
    );
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    requests,
    arrived: (method) =>
      new Promise((resolve) => {
        if (requests.some((received) => received.method === method)) resolve();
        else waiting.push({ method, resolve });
      }),
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** The usual API: 401 with a challenge (RFC 6750 section 3) for a request without a live token, else what `answer` says. */
export function behindToken(answer: (received: Received) => unknown): Answer {
  return (received, _request, response) => {
    if (received.authorized) sendJson(response, 200, answer(received));
    else
      sendJson(
        response,
        401,
        { message: 'Unauthorized' },
        { 'www-authenticate': 'Bearer error="invalid_token"' },
      );
  };
}
