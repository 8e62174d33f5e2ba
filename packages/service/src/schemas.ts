import { z } from '@hono/zod-openapi';
import { HTTP_TOKEN, TOKEN_TEXT } from 'unexpired/adapter';
import { SESSION_KEY } from './scopes.ts';

/** The texts of the API, for the checks and for its OpenAPI description. */
export const createSchemas = () => ({ ...requestSchemas(), ...answerSchemas() });

export type Schemas = ReturnType<typeof createSchemas>;

/** What every call may answer. */
export const failuresOf = ({ problem }: Schemas) => ({
  default: {
    description: 'A problem',
    content: { 'application/problem+json': { schema: problem } },
  },
});

function requestSchemas() {
  const generation = z.strictObject({
    session: z.string().max(200),
    generation: z.int().min(0),
  });
  return {
    key: z.object({
      key: z
        .string()
        .regex(SESSION_KEY)
        .openapi({ param: { name: 'key', in: 'path' }, example: 'acme:42' }),
    }),
    ask: z
      .strictObject({
        valid_for: z.number().min(0).max(86_400).optional().openapi({
          description:
            'Seconds for which the token has to be good; at most half of its lifetime counts',
        }),
        rejected: generation
          .optional()
          .openapi({ description: 'The token that an API has refused' }),
      })
      .openapi('TokenRequest'),
    deposit: z
      .strictObject({
        provider: z.string().max(200),
        token_response: z.looseObject({
          access_token: z.string().regex(TOKEN_TEXT),
          refresh_token: z.string().regex(TOKEN_TEXT),
          token_type: z.string().regex(HTTP_TOKEN).optional(),
          expires_in: z.union([z.number().min(0), z.string().regex(/^\d{1,12}$/)]).optional(),
          scope: z.string().optional(),
        }),
        issued_at: z.number().min(0).optional().openapi({
          description: 'Seconds since the epoch, from which expires_in counts. Default: now',
        }),
      })
      .openapi('Deposit'),
    batch: z.strictObject({ keys: z.array(z.string().max(300)).min(1).max(100) }).openapi('Batch'),
  };
}

function answerSchemas() {
  const token = z
    .object({
      session: z.string().openapi({ description: 'Random id of the sign-in' }),
      generation: z.int().openapi({ description: '+1 for every rotation within the session' }),
      access_token: z.string(),
      token_type: z.string(),
      expires_at: z
        .number()
        .optional()
        .openapi({ description: 'Seconds since the epoch, on the clock of the Date header' }),
      scope: z.string().optional(),
      extra: z.record(z.string(), z.unknown()).optional(),
    })
    .openapi('Token');
  const problem = z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      code: z.string(),
      action: z.enum(['signIn', 'retry', 'fix']),
      retry_after: z.number().optional().openapi({ description: 'Seconds' }),
      request_id: z.string().optional(),
      errors: z.array(z.object({ pointer: z.string(), reason: z.string() })).optional(),
    })
    .openapi('Problem');
  return {
    token,
    problem,
    state: z
      .object({
        session: z.string(),
        generation: z.int(),
        state: z.enum(['active', 'ended', 'signed_out']),
        provider: z.string().optional(),
        issued_at: z.number().openapi({ description: 'Seconds since the epoch' }),
        expires_at: z.number().optional().openapi({ description: 'Seconds since the epoch' }),
      })
      .openapi('Session'),
    results: z
      .object({
        results: z
          .array(z.union([z.object({ token }), z.object({ problem })]))
          .openapi({ description: 'In the order of the keys' }),
      })
      .openapi('BatchResults'),
  };
}
