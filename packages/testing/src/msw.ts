import { HttpResponse, http, type HttpHandler } from 'msw';
import { answerRequest, toResponse } from './server/simulated-fetch.ts';
import type { SimulatedServer } from './server/simulated-server.ts';

/**
 * A simulated server as handlers for msw, on an origin that need not exist: `POST /token`, `POST /revoke`, and every
 * other path is the API. A refused and a lost connection are the same network error.
 *
 * @example
 * ```ts
 * import { setupServer } from 'msw/node';
 * import { simulatedServer } from '@unexpired/testing';
 * import { handlers } from '@unexpired/testing/msw';
 *
 * const network = setupServer(...handlers(simulatedServer(), 'https://api.example.com'));
 * network.listen();
 * ```
 */
export function handlers(server: SimulatedServer, origin: string): HttpHandler[] {
  return [
    http.all(`${new URL(origin).origin}/*`, async ({ request }) => {
      const reply = await answerRequest(server, request);
      return 'status' in reply ? toResponse(reply) : HttpResponse.error();
    }),
  ];
}
