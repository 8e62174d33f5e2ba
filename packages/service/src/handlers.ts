import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Clock } from 'unexpired';
import { abortable } from 'unexpired/adapter';
import { type Answer, lists, stateBody, waitOf } from './answers.ts';
import type { Audit } from './audit/audit.ts';
import type { About, Operation } from './audit/call.ts';
import type { Change } from './audit/change.ts';
import { callerOf } from './audit/recording.ts';
import { asksAnew } from './fresh/lane.ts';
import { waitedTooLong, type Wanted } from './current.ts';
import type { Limits } from './limits/limits.ts';
import { Problem, problemOf } from './problems.ts';
import type { Env } from './env.ts';
import type { createRoutes } from './routes.ts';
import { tagOf } from './row.ts';
import { allows, SESSION_KEY } from './scopes.ts';
import type { Sessions } from './sessions.ts';

interface HandlerParts {
  readonly sessions: Sessions;
  readonly limits: Pick<Limits, 'spend'>;
  readonly audit: Pick<Audit, 'count' | 'change'>;
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
  const waiting = waiter(parts.clock);
  const changeOf = changer(parts.audit);
  addChanges(app, routes, parts);

  app.openapi(routes.getToken, async (c) => {
    const { key } = c.req.valid('param');
    const answer = await waiting(c, (signal) => sessions.current({ ...wishOf(c, key), signal }));
    if (answer === undefined) throw new Problem('unknown');
    c.set('about', answer);
    if (!lists(c.req.header('if-none-match'), answer.tag)) return tokenAnswer(c, answer);
    c.header('etag', answer.tag);
    return c.body(null, 304);
  });

  app.openapi(routes.askToken, async (c) => {
    const { key } = c.req.valid('param');
    const { valid_for: seconds = 0, rejected } = c.req.valid('json');
    if (rejected !== undefined) c.set('operation', 'reject');
    if (rejected !== undefined && !allows(c.get('caller').scopes, 'reject', key))
      throw new Problem('forbidden');
    const answer = await waiting(c, (signal) => {
      const wanted = { ...wishOf(c, key), validFor: seconds * 1000 };
      if (rejected === undefined) return sessions.current({ ...wanted, signal });
      const { begin, ended } = changeOf(c, 'reject');
      // It goes on where the caller waits no longer.
      return abortable(ended(sessions.replace({ ...wanted, begin }, rejected)), signal);
    });
    if (answer === undefined && rejected === undefined) throw new Problem('unknown');
    if (answer === undefined) {
      c.set('outcome', 'none');
      return c.body(null, 204);
    }
    c.set('about', answer);
    return tokenAnswer(c, answer);
  });

  app.openapi(routes.getTokens, async (c) => {
    const { keys } = c.req.valid('json');
    parts.limits.spend(c.get('caller').id, keys.length - 1); // it counts as so many reads
    const answerFor = async (key: string) => {
      const call = { ...callerOf(c), operation: 'batch', key } as const;
      try {
        if (!SESSION_KEY.test(key)) throw new Problem('body');
        if (!allows(c.get('caller').scopes, 'read', key)) throw new Problem('forbidden');
        const answer = await sessions.currentNow(wishOf(c, key));
        if (answer === undefined) throw new Problem('unknown');
        parts.audit.count({ ...call, about: answer, outcome: 'done' });
        return `{"token":${answer.text}}`;
      } catch (error) {
        const problem = problemOf(error);
        if (problem.code === 'internal') parts.failed(error, c.get('requestId'));
        parts.audit.count({ ...call, about: undefined, outcome: problem.code });
        return JSON.stringify({ problem });
      }
    };
    const results = await Promise.all(keys.map(answerFor));
    return jsonAnswer(c, `{"results":[${results.join(',')}]}`);
  });

  app.openapi(routes.getSession, async (c) => {
    const row = await sessions.look(c.req.valid('param').key);
    if (row === undefined) throw new Problem('unknown');
    isAbout(c, row);
    return c.json(stateBody(row), 200);
  });
}

/** Sign-ins and sign-outs. */
function addChanges(
  app: OpenAPIHono<Env>,
  routes: ReturnType<typeof createRoutes>,
  { sessions, audit }: HandlerParts,
): void {
  const changeOf = changer(audit);

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
      change: changeOf(c, 'deposit'),
    });
    c.set('outcome', 'unchanged'); // of one that has written nothing
    isAbout(c, row);
    return created ? c.json(stateBody(row), 201) : c.json(stateBody(row), 200);
  });

  app.openapi(routes.signOut, async (c) => {
    await sessions.signOut(c.req.valid('param').key, changeOf(c, 'sign_out'));
    c.set('outcome', 'unchanged');
    return c.body(null, 204);
  });
}

/** `no-cache` (RFC 9111 section 5.2.1.4): who knows of a change wants to have the database asked. */
const wishOf = (c: Context<Env>, key: string): Pick<Wanted, 'key' | 'anew'> => ({
  key,
  anew: asksAnew(c.req.header('cache-control')),
});

/** The answer has the entity tag of these tokens, and the audit trail names them. */
function isAbout(c: Context<Env>, { session, generation }: About): void {
  c.header('etag', tagOf({ session, generation }));
  c.set('about', { session, generation }); // nothing else of a row: what is counted may wait for the database
}

/** What the call changes, as the audit trail will have it. */
const changer =
  (audit: Pick<Audit, 'change'>) =>
  (c: Context<Env>, operation: Operation): Change => {
    const { subject: key, requestId } = c.var;
    const change = audit.change({ ...callerOf(c), operation, key, requestId });
    c.set('change', change);
    return change;
  };

const tokenAnswer = (c: Context<Env>, { tag, text }: Answer) => {
  c.header('etag', tag);
  return jsonAnswer(c, text);
};

/** What is JSON already. */
function jsonAnswer(c: Context<Env>, text: string) {
  c.header('content-type', 'application/json');
  return c.body(text, 200) as never; // the description says which JSON
}

/** Runs what may wait, for as long as the caller would. */
const waiter =
  (clock: Clock) =>
  async <T>(c: Context<Env>, run: (signal: AbortSignal) => Promise<T>): Promise<T> => {
    const limit = new AbortController();
    const cancel = clock.setTimeout(
      () => limit.abort(waitedTooLong()),
      waitOf(c.req.header('prefer')),
    );
    try {
      return await run(limit.signal);
    } finally {
      cancel();
    }
  };
