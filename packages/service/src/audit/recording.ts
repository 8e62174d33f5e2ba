import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Env } from '../env.ts';
import { codeOf } from '../problems.ts';
import type { Audit } from './audit.ts';
import type { Call } from './call.ts';

/** Leaves a trace of each call whose operation is known, before it is answered. */
export function addRecording(app: OpenAPIHono<Env>, audit: Pick<Audit, 'count'>): void {
  app.use('/v1/*', async (c, next) => {
    try {
      await next();
    } finally {
      await record(c, audit);
    }
  });
}

async function record(c: Context<Env>, audit: Pick<Audit, 'count'>): Promise<void> {
  const { operation, subject: key, change, about } = c.var;
  if (operation === undefined) return; // what was refused before that has not asked for anything
  const outcome = c.error === undefined ? (c.var.outcome ?? 'done') : codeOf(c.error);
  // What is written has its row, which says more than the answer where the caller waits no longer.
  if (change?.isWritten !== true) audit.count({ ...callerOf(c), operation, key, outcome, about });
}

/** Who calls, and where from. */
export const callerOf = (c: Context<Env>): Pick<Call, 'principal' | 'address'> => ({
  principal: c.get('caller').id,
  address: c.env?.address,
});
