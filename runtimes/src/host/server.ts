import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulatedServer } from '@unexpired/testing';
import type { Outcome } from '../conformance/run.ts';

/** The loopback server of one run: signs in, rotates refresh tokens strictly, echoes, and hears what came out. */
export interface RunServer {
  readonly origin: string;
  readonly outcomes: Promise<readonly Outcome[]>;
  /** Refresh tokens that came twice. */
  reuseDetections(): number;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** `script`: what its page runs. */
export async function startServer(script: string): Promise<RunServer> {
  const server = simulatedServer({ mode: 'revokes' });
  const page = `<!doctype html><meta charset="utf-8"><script>${script.replaceAll('</script', '<\\/script')}</script>`;
  let hear = (_outcomes: readonly Outcome[]): void => {};
  const outcomes = new Promise<readonly Outcome[]>((resolve) => {
    hear = resolve;
  });

  const answer = async (
    method: string,
    path: string,
    token: string,
    body: string,
  ): Promise<Answer> => {
    switch (path) {
      case '/':
        return { status: 200, body: page, headers: { 'content-type': 'text/html' } };
      case '/sign-in':
        return json(200, server.login());
      case '/end-access-tokens':
        server.endAccessTokens();
        return json(200, {});
      case '/outcomes':
        hear(JSON.parse(body) as readonly Outcome[]);
        return json(200, {});
      case '/refused/token':
        return json(400, { error: 'invalid_grant' });
      case '/token': {
        const reply = await server.token({
          grantType: 'refresh_token',
          refreshToken: new URLSearchParams(body).get('refresh_token') ?? undefined,
        });
        if (!('status' in reply)) throw new Error('no fault was planned');
        return reply;
      }
      case '/echo':
        return server.authorize(token) ? json(200, { method, body }) : UNAUTHORIZED;
      default:
        return UNAUTHORIZED;
    }
  };

  const listener = createServer((request, response) => {
    void textOf(request)
      .then((body) => {
        const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
        return answer(request.method ?? 'GET', request.url ?? '/', token, body);
      })
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    outcomes,
    reuseDetections: () => server.counters.reuseDetections,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
}

const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json', ...headers },
});

const UNAUTHORIZED = json(
  401,
  { error: 'unauthorized' },
  { 'www-authenticate': 'Bearer error="invalid_token"' },
);

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
}
