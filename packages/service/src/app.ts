import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { type Clock, TokenError } from 'unexpired';
import type { Audit } from './audit/audit.ts';
import { addRecording } from './audit/recording.ts';
import type { Tables } from './data/tables.ts';
import type { Feed } from './events/feed.ts';
import { addEvents } from './events/route.ts';
import type { Streams } from './events/streams.ts';
import type { Callers } from './fresh/callers.ts';
import { addHandlers } from './handlers.ts';
import type { Limits } from './limits/limits.ts';
import { addListing } from './listing/route.ts';
import { Problem, problemOf, type InputError } from './problems.ts';
import type { Env } from './env.ts';
import { createRoutes, type Allow } from './routes.ts';
import { createSchemas } from './schemas.ts';
import { allows } from './scopes.ts';
import type { Sessions } from './sessions.ts';

export interface AppParts {
  readonly sessions: Sessions;
  readonly callers: Callers;
  readonly tables: Tables;
  readonly feed: Feed;
  readonly streams: Streams;
  readonly limits: Limits;
  readonly audit: Pick<Audit, 'count' | 'change'>;
  readonly clock: Clock;
  /** Resolves when it is known how late it is. */
  readonly timed: () => Promise<void>;
  /** Can the database be asked? Rejects otherwise. */
  readonly probe: () => Promise<unknown>;
  /** It is about to end, and not ready any more. */
  readonly draining: () => boolean;
  readonly closed: () => boolean;
  /** Of an error that nobody foresaw. */
  readonly failed: (error: unknown, requestId: string) => void;
}

const LARGEST_BODY = 64 * 1024;

/** The service as a function from a request to its answer. */
export function createApp(parts: AppParts): OpenAPIHono<Env> {
  const { failed } = parts;
  const app = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (!result.success) throw new Problem('body', inputErrors(result.error.issues));
    },
  });
  app.onError((error, c) => {
    const known = error instanceof HTTPException ? new Problem('body') : error;
    const problem = problemOf(known);
    const requestId = c.get('requestId');
    if (problem.code === 'internal') failed(error, requestId);
    const { retry_after: retryAfter, status } = problem;
    return c.body(JSON.stringify({ ...problem, request_id: requestId }), status as 400, {
      'content-type': 'application/problem+json',
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    });
  });
  app.notFound(() => {
    throw new Problem('unknown');
  });
  guard(app, parts);
  addRecording(app, parts.audit);

  const allow: Allow = (role, operation) => async (c, next) => {
    const session = c.req.param('key') ?? '';
    c.set('operation', operation);
    c.set('subject', session);
    if (!allows(c.get('caller').scopes, role, session)) throw new Problem('forbidden');
    await next();
  };
  const routes = createRoutes(createSchemas(), allow);
  addHandlers(app, routes, parts);
  addListing(app, routes, parts.tables);
  addEvents(app, routes, parts);
  addProbes(app, parts);
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
  });
  app.get('/openapi.json', (c) =>
    c.json(
      app.getOpenAPI31Document({ openapi: '3.1.0', info: { title: 'Unexpired', version: '1' } }),
    ),
  );
  refuseOtherMethods(app, [
    ...Object.values(routes).map(({ path, method }) => ({ path, method })),
    ...PROBES,
  ]);
  return app;
}

const PROBES = ['/healthz', '/readyz', '/openapi.json'].map((path) => ({ path, method: 'get' }));

/** What every request has to pass, before anything is looked up for it. */
function guard(app: OpenAPIHono<Env>, { callers, clock, timed, limits, closed }: AppParts): void {
  app.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID());
    await next();
    c.header('cache-control', 'no-store');
    c.header('x-content-type-options', 'nosniff');
    c.header('date', new Date(clock.now()).toUTCString());
  });
  app.use('/v1/*', async (c, next) => {
    const { address } = c.env ?? {};
    limits.approach(address);
    await timed().catch(() => undefined); // where the database cannot be asked, the clock of this machine has to do
    const caller = callers(c.req.header('authorization'), clock.now());
    if (caller === undefined) {
      limits.failed(address);
      throw new Problem('unauthenticated');
    }
    limits.spend(caller.id);
    c.set('caller', caller);
    // An escape could stand for a slash or a colon, and who decodes it, and how often, is not the same everywhere.
    if (new URL(c.req.url).pathname.includes('%')) throw new Problem('body', [ESCAPED]);
    if (closed()) throw new TokenError('ERR_CLOSED');
    const hasBody = c.req.method === 'POST' || c.req.method === 'PUT';
    if (hasBody && !/^application\/json(?:\s*;|\s*$)/i.test(c.req.header('content-type') ?? ''))
      throw new Problem('type');
    await next();
  });
  const limited = bodyLimit({
    maxSize: LARGEST_BODY,
    onError: () => {
      throw new Problem('size');
    },
  });
  // To ask a GET for its body, which it cannot have, makes a whole `Request` of what Node has read.
  app.use((c, next) => (BODILESS.has(c.req.method) ? next() : limited(c, next)));
}

const BODILESS = new Set(['GET', 'HEAD']);

const ESCAPED: InputError = {
  pointer: 'path',
  reason: 'expected letters, digits and . _ : @ ~ - without percent-encoding',
};

function addProbes(app: OpenAPIHono<Env>, { probe, draining }: AppParts): void {
  app.get('/healthz', (c) => c.json({ ok: true }));
  app.get('/readyz', async (c) => {
    const ready =
      !draining() &&
      (await probe().then(
        () => true,
        () => false, // why is in the events; here everybody may ask
      ));
    return c.json({ ok: ready }, ready ? 200 : 503);
  });
}

/** 405 with `Allow` (RFC 9110 section 15.5.6) for what has an address, and another method. */
function refuseOtherMethods(
  app: OpenAPIHono<Env>,
  routes: readonly { readonly path: string; readonly method: string }[],
): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method);
    const allowed = [...methods, ...(methods.includes('get') ? ['head'] : [])];
    app.all(path.replace('{key}', ':key'), (c) => {
      c.header('allow', allowed.join(', ').toUpperCase());
      throw new Problem('method');
    });
  }
}

/** Where a body or a path is wrong, and in which way; no word of what it was. */
const inputErrors = (
  issues: readonly { readonly path: readonly PropertyKey[]; readonly code: string }[],
): InputError[] =>
  issues.slice(0, 20).map(({ path, code }) => ({
    pointer: `/${path.map((part) => String(part)).join('/')}`,
    reason: REASONS[code] ?? 'not what the API description says',
  }));

const REASONS: Readonly<Record<string, string>> = {
  invalid_type: 'missing, or of another type',
  invalid_format: 'not in the form that the API description gives',
  unrecognized_keys: 'there are members that the API description does not have',
  too_big: 'too much',
  too_small: 'too little',
};
