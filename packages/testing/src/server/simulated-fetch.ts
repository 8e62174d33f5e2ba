import { answerHttp } from './http.ts';
import type { HttpReply, Reply } from './reply.ts';
import type { SimulatedServer } from './simulated-server.ts';

/**
 * A `fetch` that ends at the simulated server, whatever the origin: `POST /token`, `POST /revoke`, and every other path
 * is the API. Failures look like those of Node's fetch.
 *
 * @example
 * ```ts
 * import { simulatedFetch, simulatedServer } from '@unexpired/testing';
 *
 * const fetch = simulatedFetch(simulatedServer());
 * const response = await fetch('https://api.example.com/me'); // 401
 * ```
 */
export function simulatedFetch(
  server: SimulatedServer,
): (input: string | URL | Request, init?: RequestInit) => Promise<Response> {
  return async (input, init) => {
    const request = new Request(input, init);
    const reply = await answerRequest(server, request);
    if ('status' in reply) return toResponse(reply);
    request.signal.throwIfAborted();
    const code = reply.failure === 'refused' ? 'ECONNREFUSED' : 'ECONNRESET';
    throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
  };
}

/** Answers a fetch `Request`. */
export async function answerRequest(server: SimulatedServer, request: Request): Promise<Reply> {
  const { method, url, headers, signal } = request;
  return answerHttp(
    server,
    {
      method,
      path: new URL(url).pathname,
      body: await request.text(),
      authorization: headers.get('authorization') ?? undefined,
    },
    signal,
  );
}

/** A reply as a fetch `Response`; reading a body that is cut off fails, after the part that came. */
export function toResponse({ status, headers, body, cut }: HttpReply): Response {
  const part = new TextEncoder().encode(body);
  let sent = false;
  const broken = (): ReadableStream<Uint8Array> =>
    new ReadableStream({
      pull(controller) {
        if (sent) return controller.error(new TypeError('terminated'));
        sent = true;
        controller.enqueue(part);
      },
    });
  return new Response(cut === true ? broken() : body, { status, headers });
}
