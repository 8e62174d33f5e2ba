import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { authenticate, type KnownKeys } from '../authenticate.ts';
import { isKnownHost } from './hosts.ts';
import type { Metrics } from './metrics.ts';
import { statusPage } from './status-page.ts';
import { statusOf, type StatusParts } from './status.ts';

export interface OperatorParts {
  readonly metrics: Metrics;
  readonly status: StatusParts;
  readonly keys: KnownKeys;
  /** Names in a `Host` header that lead here, besides `localhost` and addresses. */
  readonly hosts: readonly string[];
}

/** What operators see, on a listener of its own: never a token, and no session's key. Nothing can be changed here. */
export function createOperatorApp({ metrics, status, keys, hosts }: OperatorParts): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (!isKnownHost(c.req.header('host'), hosts))
      return c.text('This host name is not known here: see operator.hosts\n', 421);
    await next();
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    return undefined;
  });
  app.get('/metrics', async (c) =>
    c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  );
  app.get('/', async (c) => {
    if (!isOperator(keys, c.req.header('authorization'), status.now()))
      return c.text('A key of the role admin is needed, as the password of any user\n', 401, {
        'www-authenticate': 'Basic realm="Unexpired broker", charset="UTF-8"',
      });
    const nonce = randomBytes(16).toString('base64');
    return c.html(statusPage(await statusOf(status), nonce), 200, {
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
    });
  });
  app.notFound((c) => c.text('There is nothing here\n', 404));
  return app;
}

/** Is this the key of somebody who may see all sessions, as the password of Basic credentials (RFC 7617)? */
function isOperator(keys: KnownKeys, authorization: string | undefined, now: number): boolean {
  const [, credentials = ''] = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization ?? '') ?? [];
  const text = Buffer.from(credentials, 'base64').toString();
  const caller = authenticate(keys, `Bearer ${text.slice(text.indexOf(':') + 1)}`, now);
  return caller?.scopes.some(({ role, prefix }) => role === 'admin' && prefix === '') === true;
}
