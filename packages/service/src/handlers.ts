import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { type Clock, TokenError } from 'unexpired';
import { stateBody, tokenBody, waitOf } from './answers.ts';
import { authorize, type KnownKeys } from './authorize.ts';
import type { Limits } from './limits/limits.ts';
import { Problem, problemOf, type ProblemBody } from './problems.ts';
import type { Env } from './env.ts';
import type { createRoutes } from './routes.ts';
import { isFresh, isLive, isValid, type LiveRow, tagOf } from './row.ts';
import { type Role, SESSION_KEY } from './scopes.ts';
import type { Sessions } from './sessions.ts';

interface HandlerParts {
  readonly sessions: Sessions;
  readonly keys: KnownKeys;
  readonly limits: Pick<Limits, 'spend'>;
  readonly clock: Clock;
  readonly failed: (error: unknown, requestId: string) => void;
}

/** What the calls do. Who may make them was decided before. */
export function addHandlers(
  app: OpenAPIHono<Env>,
  routes: ReturnType<typeof createRoutes>,
  parts: HandlerParts,
): void {
  const { sessions } = parts;
  const decide = decider(parts);
  const waiting = waiter(parts.clock);

  app.openapi(routes.getToken, async (c) => {
    const { key } = c.req.valid('param');
    const row = await waiting(c, (signal) => sessions.current({ key, signal }));
    if (row === undefined) throw new Problem('unknown');
    c.header('etag', tagOf(row));
    if (lists(c.req.header('if-none-match'), tagOf(row))) return c.body(null, 304);
    return c.json(tokenBody(row), 200);
  });

  app.openapi(routes.askToken, async (c) => {
    const { key } = c.req.valid('param');
    const { valid_for: seconds = 0, rejected } = c.req.valid('json');
    if (rejected !== undefined && decide(c, 'reject', key) !== 'granted')
      throw new Problem('forbidden');
    const row = await waiting(c, (signal) => {
      const wanted = { key, signal, validFor: seconds * 1000 };
      return rejected === undefined ? sessions.current(wanted) : sessions.replace(wanted, rejected);
    });
    if (row === undefined && rejected === undefined) throw new Problem('unknown');
    if (row === undefined) return c.body(null, 204);
    c.header('etag', tagOf(row));
    return c.json(tokenBody(row), 200);
  });

  app.openapi(routes.getTokens, async (c) => {
    const { keys } = c.req.valid('json');
    parts.limits.spend(c.get('principal'), keys.length - 1); // it counts as so many reads
    const answerFor = async (key: string) => {
      try {
        if (!SESSION_KEY.test(key)) throw new Problem('body');
        if (decide(c, 'read', key) !== 'granted') throw new Problem('forbidden');
        return { token: tokenBody(await readNow(parts, key)) };
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code === 'internal') parts.failed(error, c.get('requestId'));
        return { problem: plain(problem) };
      }
    };
    return c.json({ results: await Promise.all(keys.map(answerFor)) }, 200);
  });

  app.openapi(routes.deposit, async (c) => {
    const { key } = c.req.valid('param');
    const { provider, token_response: answer, issued_at: issuedAt } = c.req.valid('json');
    const ifNone = c.req.header('if-none-match');
    if (ifNone !== undefined && ifNone !== '*')
      throw new Problem('body', [{ pointer: 'if-none-match', reason: 'expected *' }]);
    const { row, created } = await sessions.deposit({
      ...{ key, provider, answer, ifMatch: c.req.header('if-match') },
      ifNone: ifNone === '*',
      issuedAt: issuedAt === undefined ? undefined : issuedAt * 1000,
    });
    c.header('etag', tagOf(row));
    return created ? c.json(stateBody(row), 201) : c.json(stateBody(row), 200);
  });

  app.openapi(routes.getSession, async (c) => {
    const row = await sessions.look(c.req.valid('param').key);
    if (row === undefined) throw new Problem('unknown');
    c.header('etag', tagOf(row));
    return c.json(stateBody(row), 200);
  });

  app.openapi(routes.signOut, async (c) => {
    await sessions.signOut(c.req.valid('param').key);
    return c.body(null, 204);
  });
}

/** The token as it is. One that is due is refreshed meanwhile, and nobody waits for it. */
async function readNow({ sessions, clock }: HandlerParts, key: string): Promise<LiveRow> {
  const row = await sessions.look(key);
  if (row === undefined) throw new Problem('unknown');
  if (!isLive(row)) throw new TokenError('ERR_SIGNED_OUT');
  const isEnded = row.state === 'ended';
  if (!isFresh(row, clock.now()) && !isEnded) sessions.renew(key, row);
  if (isValid(row, clock.now())) return row;
  throw new TokenError(isEnded ? 'ERR_SESSION_ENDED' : 'ERR_REFRESH_UNAVAILABLE');
}

const decider =
  ({ keys, clock }: HandlerParts) =>
  (c: Context<Env>, role: Role, session: string): ReturnType<typeof authorize> =>
    authorize(keys, {
      ...{ authorization: c.req.header('authorization'), roles: [role], session },
      now: clock.now(),
    });

/** Runs what may wait, for as long as the caller would. */
const waiter =
  (clock: Clock) =>
  async <T>(c: Context<Env>, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = new AbortController();
    const cancel = clock.setTimeout(() => limit.abort(), waitOf(c.req.header('prefer')));
    try {
      return await run(limit.signal);
    } finally {
      cancel();
    }
  };

/** Is this tag in an `If-None-Match`? Weak comparison (RFC 9110 section 13.1.2). */
const lists = (header: string | undefined, tag: string): boolean =>
  (header ?? '').split(',').some((one) => [tag, '*'].includes(one.trim().replace(/^W\//, '')));

const plain = ({ errors, ...problem }: ProblemBody) => ({
  ...problem,
  ...(errors !== undefined && { errors: errors.map((one) => ({ ...one })) }),
});
