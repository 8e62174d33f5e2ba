import type { Clock } from 'unexpired';
import { type Answer, lists } from '../answers.ts';
import type { Audit } from '../audit/audit.ts';
import type { Limits } from '../limits/limits.ts';
import { Problem } from '../problems.ts';
import { allows } from '../scopes.ts';
import type { Sessions } from '../sessions.ts';
import type { Callers } from './callers.ts';

/** A `GET /v1/sessions/{key}/token` without a query and a body, as a server has read it. */
export interface Asked {
  /** The path, as it was sent. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly cacheControl: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** Where it comes from. */
  readonly address: string | undefined;
}

/** What is sent, with {@link headersOf}. */
export interface Told {
  /** 304: without its text. */
  readonly status: 200 | 304;
  readonly answer: Answer;
  /** The header `Date`. */
  readonly date: string;
}

/** Answers a request at once; `undefined`: that is for the framework. Never throws. */
export type Lane = (asked: Asked) => Told | undefined;

const BEFORE = '/v1/sessions/';
const AFTER = '/token';

/**
 * The way before the framework, for what is asked most: a token that is known and not due, by somebody who may read it. Whatever
 * else there is, each denial among it, is the framework's, which decides by the same functions from the beginning.
 */
export function createLane(parts: {
  readonly sessions: Pick<Sessions, 'fresh'>;
  readonly callers: Callers;
  readonly limits: Pick<Limits, 'approach' | 'spend'>;
  readonly audit: Pick<Audit, 'count'>;
  readonly clock: Clock;
  readonly closed: () => boolean;
  /** Of an error that nobody foresaw. */
  readonly failed: (error: unknown) => void;
}): Lane {
  const { sessions, callers, limits, audit, clock, closed, failed } = parts;
  const dateAt = dates();
  const answer: Lane = ({ path, authorization, cacheControl, ifNoneMatch, address }) => {
    if (closed() || !path.startsWith(BEFORE) || !path.endsWith(AFTER)) return undefined;
    const key = path.slice(BEFORE.length, -AFTER.length);
    if (asksAnew(cacheControl)) return undefined;
    limits.approach(address);
    const now = clock.now();
    const caller = callers(authorization, now);
    // Who may do this is decided before anything is looked up for it.
    if (caller === undefined || !allows(caller.scopes, 'read', key)) return undefined;
    const found = sessions.fresh(key); // what is no session key is not known
    if (found === undefined) return undefined;
    limits.spend(caller.id);
    const { id: principal } = caller;
    audit.count({ principal, operation: 'read', key, address, about: found, outcome: 'done' });
    const isSame = ifNoneMatch !== undefined && lists(ifNoneMatch, found.tag);
    return { status: isSame ? 304 : 200, answer: found, date: dateAt(now) };
  };
  return (asked) => {
    try {
      return answer(asked);
    } catch (error) {
      if (!(error instanceof Problem)) failed(error); // else too much was asked for
      return undefined;
    }
  };
}

/** The lane's answer to a `Request`. */
export function quickAnswer(
  lane: Lane,
  request: Request,
  address: string | undefined,
): Response | undefined {
  const asked = askedBy(request, address);
  const told = asked && lane(asked);
  if (told === undefined) return undefined;
  const { status, answer } = told;
  const headers = new Headers();
  const all = headersOf(told);
  for (let at = 0; at < all.length; at += 2) headers.set(all[at] as string, all[at + 1] as string);
  headers.delete('content-length'); // the server knows, also where it compresses
  return new Response(status === 304 ? null : answer.text, { status, headers });
}

/** What a `Request` asks the lane for; `undefined`: it is none of its. */
function askedBy(
  { method, url, headers }: Request,
  address: string | undefined,
): Asked | undefined {
  if (method !== 'GET' || headers.has('content-length') || headers.has('transfer-encoding'))
    return undefined;
  return {
    path: url.slice(url.indexOf('/', url.indexOf('://') + 3)),
    authorization: headers.get('authorization') ?? undefined,
    cacheControl: headers.get('cache-control') ?? undefined,
    ifNoneMatch: headers.get('if-none-match') ?? undefined,
    address,
  };
}

/** Names and values in turn, which Node writes with less work than an object. Written out: to put lists together costs more. */
// biome-ignore format: a pair a line
export const headersOf = ({ status, answer, date }: Told): readonly string[] =>
  status === 304
    ? [
        'cache-control', 'no-store',
        'x-content-type-options', 'nosniff',
        'etag', answer.tag,
        'date', date,
      ]
    : [
        'content-type', 'application/json',
        'content-length', String(answer.bytes),
        'cache-control', 'no-store',
        'x-content-type-options', 'nosniff',
        'etag', answer.tag,
        'date', date,
      ];

/** Does a `Cache-Control` have `no-cache` (RFC 9111 section 5.2.1.4)? Who knows of a change wants to have the database asked. */
export const asksAnew = (header: string | undefined): boolean =>
  header !== undefined && /(?:^|[,\s])no-cache(?:[,\s]|$)/i.test(header);

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
