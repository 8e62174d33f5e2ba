import type { Clock } from 'unexpired';
import { lists } from '../answers.ts';
import type { Audit } from '../audit/audit.ts';
import { authenticate, type KnownKeys } from '../authenticate.ts';
import type { Limits } from '../limits/limits.ts';
import { Problem } from '../problems.ts';
import { allows, SESSION_KEY } from '../scopes.ts';
import type { Sessions } from '../sessions.ts';

/** Answers a request at once; `undefined`: that is for the framework. */
export type Lane = (request: Request, address: string | undefined) => Response | undefined;

const TOKEN = /^https?:\/\/[^/?#]+\/v1\/sessions\/([^/?#]+)\/token$/;

/**
 * The way before the framework, for what is asked most: a token that is known and not due, by somebody who may read it. Whatever
 * else there is, each denial among it, is the framework's, which decides by the same functions from the beginning.
 */
export function createLane(parts: {
  readonly sessions: Pick<Sessions, 'fresh'>;
  readonly keys: KnownKeys;
  readonly limits: Pick<Limits, 'approach' | 'spend'>;
  readonly audit: Pick<Audit, 'count'>;
  readonly clock: Clock;
}): Lane {
  const { sessions, keys, limits, audit, clock } = parts;
  const dateAt = dates();
  const answer: Lane = (request, address) => {
    const key = request.method === 'GET' ? TOKEN.exec(request.url)?.[1] : undefined;
    if (key === undefined || !SESSION_KEY.test(key)) return undefined;
    const { headers } = request;
    if (asksAnew(headers.get('cache-control')) || hasBody(headers)) return undefined;
    limits.approach(address);
    const now = clock.now();
    const caller = authenticate(keys, headers.get('authorization') ?? undefined, now);
    // Who may do this is decided before anything is looked up for it.
    if (caller === undefined || !allows(caller.scopes, 'read', key)) return undefined;
    const found = sessions.fresh(key);
    if (found === undefined) return undefined;
    limits.spend(caller.id);
    audit.count({
      principal: caller.id,
      operation: 'read',
      key,
      address,
      about: found,
      outcome: 'done',
    });
    const common = {
      etag: found.tag,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      date: dateAt(now),
    };
    if (lists(headers.get('if-none-match') ?? undefined, found.tag))
      return new Response(null, { status: 304, headers: common });
    return new Response(found.text, {
      headers: { 'content-type': 'application/json', ...common },
    });
  };
  return (request, address) => {
    try {
      return answer(request, address);
    } catch (error) {
      if (error instanceof Problem) return undefined; // too much was asked for
      throw error;
    }
  };
}

/** Does a `Cache-Control` have `no-cache` (RFC 9111 section 5.2.1.4)? Who knows of a change wants to have the database asked. */
export const asksAnew = (header: string | null | undefined): boolean =>
  header !== null && header !== undefined && /(?:^|[,\s])no-cache(?:[,\s]|$)/i.test(header);

const hasBody = (headers: Headers): boolean =>
  headers.get('content-length') !== null || headers.get('transfer-encoding') !== null;

/** The text of a moment, which is made once a second. */
function dates(): (now: number) => string {
  let second = Number.NaN;
  let text = '';
  return (now) => {
    if (Math.floor(now / 1000) !== second) {
      second = Math.floor(now / 1000);
      text = new Date(now).toUTCString();
    }
    return text;
  };
}
