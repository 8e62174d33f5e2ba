import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Tables } from '../data/tables.ts';
import { Problem } from '../problems.ts';
import type { Env } from '../env.ts';
import { failuresOf, type Schemas } from '../schemas.ts';
import { allows, KEY_PREFIX } from '../scopes.ts';
import { type ListOf, openCursor, sealCursor } from './cursor.ts';
import { type Listed, listSessions } from './list.ts';

/** Sessions in a page. */
const PAGE = { default: 100, most: 500 };
const STATES = ['active', 'ended', 'signed_out'] as const;

/** The call that lists sessions. */
export function listRoutes(schemas: Schemas) {
  const query = z.strictObject({
    prefix: z.string().regex(KEY_PREFIX).optional().openapi({
      description: 'Begins the keys; has to be within a scope of the role list. Default: all',
      example: 'acme:',
    }),
    state: z.enum(STATES).optional(),
    provider: z.string().max(200).optional(),
    limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.default),
    cursor: z.string().max(500).optional().openapi({
      description:
        'next_cursor of the page before: for the same caller, prefix, state and provider',
    }),
  });
  const page = z
    .object({
      sessions: z.array(z.object({ key: z.string(), ...schemas.state.shape })),
      next_cursor: z.string().optional().openapi({ description: 'There are more' }),
    })
    .openapi('Sessions');
  return {
    list: createRoute({
      method: 'get',
      path: '/v1/sessions',
      summary: 'The sessions whose keys begin so, in the order of their keys; never a token',
      security: [{ apiKey: [] }],
      request: { query },
      responses: {
        200: { description: 'A page', content: { 'application/json': { schema: page } } },
        ...failuresOf(schemas),
      },
    }),
  };
}

export function addListing(
  app: OpenAPIHono<Env>,
  { list }: ReturnType<typeof listRoutes>,
  tables: Tables,
): void {
  app.openapi(list, async (c) => {
    const { prefix = '', state, provider, limit, cursor } = c.req.valid('query');
    c.set('operation', 'list');
    c.set('subject', prefix);
    const caller = c.get('caller');
    if (!allows(caller.scopes, 'list', prefix)) throw new Problem('forbidden');
    const of: ListOf = { caller, filter: [prefix, state, provider] };
    const after = cursor === undefined ? undefined : openCursor(of, cursor);
    if (cursor !== undefined && after === undefined)
      throw new Problem('body', [{ pointer: '/cursor', reason: 'not one of this list' }]);
    const found = await listSessions(tables, { prefix, state, provider }, { after, limit });
    const last = found.sessions.at(-1);
    return c.json(
      {
        sessions: found.sessions.map(listedBody),
        ...(found.hasMore && last && { next_cursor: sealCursor(of, last.key) }),
      },
      200,
    );
  });
}

const listedBody = ({ key, session, generation, state, provider, ...at }: Listed) => ({
  ...{ key, session, generation, state },
  ...(provider !== '' && { provider }),
  issued_at: at.issuedAt / 1000,
  ...(at.expiresAt !== undefined && { expires_at: at.expiresAt / 1000 }),
});
