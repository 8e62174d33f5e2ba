import { Hono } from 'hono';
import type { Metrics } from './metrics.ts';
import { isKnownHost } from './hosts.ts';

export interface OperatorParts {
  readonly metrics: Metrics;
  /** Names in a `Host` header that lead here, besides `localhost` and addresses. */
  readonly hosts: readonly string[];
}

/** What operators see, on a listener of its own: never a token, and no session's key. */
export function createOperatorApp({ metrics, hosts }: OperatorParts): Hono {
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
  app.notFound((c) => c.text('There is nothing here\n', 404));
  return app;
}
