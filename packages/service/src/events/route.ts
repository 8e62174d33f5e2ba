import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Clock } from 'unexpired';
import type { Tables } from '../data/tables.ts';
import { Problem } from '../problems.ts';
import type { Env } from '../env.ts';
import { failuresOf, type Schemas } from '../schemas.ts';
import { allows, KEY_PREFIX } from '../scopes.ts';
import { changesSince } from './changes-in.ts';
import type { Feed } from './feed.ts';
import { openStream } from './stream.ts';
import type { Streams } from './streams.ts';

/** Seconds after which somebody who has too many may try again. */
const RETRY_AFTER = 30;
const HEADERS = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
/** Changes that a caller who comes back is told of. */
const MOST_MISSED = 1000;

/** The call that streams events. */
export function eventRoutes(schemas: Schemas) {
  const query = z.strictObject({
    prefix: z.string().regex(KEY_PREFIX).optional().openapi({
      description: 'Begins the keys. Default: all that the caller may read',
      example: 'acme:',
    }),
  });
  return {
    events: createRoute({
      method: 'get',
      path: '/v1/events',
      summary:
        'What becomes of sessions, as server-sent events of {key, session, generation, state}, without tokens; an event of the type reset: anything may have changed. Last-Event-ID is good at any replica',
      security: [{ apiKey: [] }],
      request: { query },
      responses: {
        200: {
          description: 'The events',
          content: { 'text/event-stream': { schema: z.string() } },
        },
        ...failuresOf(schemas),
      },
    }),
  };
}

export interface EventParts {
  readonly tables: Tables;
  readonly clock: Clock;
  readonly feed: Feed;
  readonly streams: Streams;
}

export function addEvents(
  app: OpenAPIHono<Env>,
  { events }: ReturnType<typeof eventRoutes>,
  { tables, clock, feed, streams }: EventParts,
): void {
  app.openapi(events, async (c) => {
    const { prefix = '' } = c.req.valid('query');
    c.set('operation', 'events');
    c.set('subject', prefix);
    const caller = c.get('caller');
    const isAllowed =
      prefix === ''
        ? caller.scopes.some(({ role }) => role === 'read')
        : allows(caller.scopes, 'read', prefix);
    if (!isAllowed) throw new Problem('forbidden');
    if (c.req.method === 'HEAD') return c.body(null, 200, HEADERS); // nobody reads a body, so nobody would end it
    let isOver = false;
    let end = (): void => void (isOver = true); // it is not open yet
    const leave = streams.enter(caller.id, () => end()); // before it is open: many may come at once
    if (leave === undefined) throw new Problem('limit', undefined, RETRY_AFTER);
    try {
      const stream = await openStream({
        ...{ feed, clock, ended: leave, last: c.req.header('last-event-id') },
        since: (position) => changesSince(tables, position, MOST_MISSED),
        fits: (key) => key.startsWith(prefix) && allows(caller.scopes, 'read', key),
        mayStay: () => caller.expiresAt > clock.now(),
      });
      end = stream.end;
      if (isOver) end();
      return c.newResponse(stream.body, 200, HEADERS);
    } catch (error) {
      leave();
      throw error;
    }
  });
}
