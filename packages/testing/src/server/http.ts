import { jsonReply, type Reply } from './reply.ts';
import type { SimulatedServer } from './simulated-server.ts';

/** A request as any transport has it. */
export interface HttpRequest {
  readonly method: string;
  /** Of the URL, without the query. */
  readonly path: string;
  readonly body: string;
  readonly authorization: string | undefined;
}

/** Where the token endpoint is. */
export const TOKEN_PATH = '/token';
/** Where the revocation endpoint is. */
export const REVOCATION_PATH = '/revoke';

/** `POST /token`, `POST /revoke`; every other path is the API, which wants a live token. */
export async function answerHttp(
  server: SimulatedServer,
  request: HttpRequest,
  signal: AbortSignal | undefined,
): Promise<Reply> {
  if (request.path === TOKEN_PATH || request.path === REVOCATION_PATH) {
    if (request.method !== 'POST')
      return jsonReply(405, { error: 'invalid_request' }, { allow: 'POST' });
    const parameters = new URLSearchParams(request.body);
    const of = (name: string): string | undefined => parameters.get(name) ?? undefined;
    if (request.path === TOKEN_PATH)
      return server.token(
        { grantType: of('grant_type'), refreshToken: of('refresh_token') },
        signal,
      );
    const token = of('token');
    if (token === undefined) return jsonReply(400, { error: 'invalid_request' });
    await server.revoke({ accessToken: token, refreshToken: token });
    return jsonReply(200, {});
  }
  return answerApi(server, request);
}

/** RFC 6750 section 3: a challenge names an error only where a token was sent. */
function answerApi(server: SimulatedServer, { method, path, authorization }: HttpRequest): Reply {
  const token = /^bearer +([^ ]+)$/i.exec(authorization ?? '')?.[1];
  if (server.authorize(token)) return jsonReply(200, { method, path });
  const challenge =
    token === undefined ? 'Bearer realm="api"' : 'Bearer realm="api", error="invalid_token"';
  return jsonReply(401, { error: 'unauthorized' }, { 'www-authenticate': challenge });
}
