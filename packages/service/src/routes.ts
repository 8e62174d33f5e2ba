import { createRoute } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { Operation } from './audit/call.ts';
import type { Role } from './scopes.ts';
import type { Env } from './env.ts';
import { eventRoutes } from './events/route.ts';
import { listRoutes } from './listing/route.ts';
import { failuresOf, type Schemas } from './schemas.ts';

/** Lets nobody through who may not do this. `operation`: as the audit trail has it. */
export type Allow = (role: Role, operation: Operation) => MiddlewareHandler<Env>;

const SECURITY = [{ apiKey: [] }];

const body = <S>(schema: S) => ({ required: true, content: { 'application/json': { schema } } });
const answer = <S>(description: string, schema: S) => ({
  description,
  content: { 'application/json': { schema } },
});

/** The calls of the API: what they take and give. The OpenAPI description is made of them. */
export const createRoutes = (schemas: Schemas, allow: Allow) => ({
  ...tokenRoutes(schemas, allow),
  ...sessionRoutes(schemas, allow),
  ...listRoutes(schemas),
  ...eventRoutes(schemas),
});

function tokenRoutes(schemas: Schemas, allow: Allow) {
  const { key, token, ask, batch, results } = schemas;
  const failures = failuresOf(schemas);
  return {
    getToken: createRoute({
      method: 'get',
      path: '/v1/sessions/{key}/token',
      summary:
        'The current token; waits for a refresh where it is due (Prefer: wait=10, at most 30 s)',
      middleware: allow('read', 'read'),
      security: SECURITY,
      request: { params: key },
      responses: {
        200: answer('The token', token),
        304: { description: 'The token with the entity tag of If-None-Match is the current one' },
        ...failures,
      },
    }),
    askToken: createRoute({
      method: 'post',
      path: '/v1/sessions/{key}/token',
      summary: 'A token that is good for a while, or one in the place of a refused one',
      middleware: allow('read', 'read'),
      security: SECURITY,
      request: { params: key, body: body(ask) },
      responses: {
        200: answer('The token', token),
        204: { description: 'There is nothing better than the refused one' },
        ...failures,
      },
    }),
    getTokens: createRoute({
      method: 'post',
      path: '/v1/tokens',
      summary: 'Up to 100 tokens; waits for no refresh',
      security: SECURITY,
      request: { body: body(batch) },
      responses: { 200: answer('A token or a problem for each key', results), ...failures },
    }),
  };
}

function sessionRoutes(schemas: Schemas, allow: Allow) {
  const { key, state, deposit } = schemas;
  const failures = failuresOf(schemas);
  return {
    deposit: createRoute({
      method: 'put',
      path: '/v1/sessions/{key}',
      summary:
        'Deposits what a sign-in has yielded; If-None-Match: * only where nobody is signed in, If-Match only over that generation',
      middleware: allow('write', 'deposit'),
      security: SECURITY,
      request: { params: key, body: body(deposit) },
      responses: {
        200: answer('It replaces what was there, or was there already', state),
        201: answer('There was none', state),
        ...failures,
      },
    }),
    getSession: createRoute({
      method: 'get',
      path: '/v1/sessions/{key}',
      summary: 'The state of a session; never a token',
      middleware: allow('read', 'state'),
      security: SECURITY,
      request: { params: key },
      responses: { 200: answer('The state', state), ...failures },
    }),
    signOut: createRoute({
      method: 'delete',
      path: '/v1/sessions/{key}',
      summary: 'Signs out, and revokes what the provider gave',
      middleware: allow('write', 'sign_out'),
      security: SECURITY,
      request: { params: key },
      responses: { 204: { description: 'Nobody is signed in' }, ...failures },
    }),
  };
}
