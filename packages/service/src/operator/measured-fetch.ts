import type { Clock } from 'unexpired';
import { createPending } from '../pending.ts';

/** A request that was answered. */
export interface Answered {
  readonly route: string;
  readonly status: number;
  /** Ms. */
  readonly duration: number;
}

type Fetch = (
  request: Request,
  from: { readonly address?: string | undefined },
) => Response | Promise<Response>;

export interface MeasuredFetch {
  readonly fetch: Fetch;
  /** Requests for a token that are not answered yet. */
  readonly waiting: number;
  /** Resolves when every request has its answer; a stream goes on after that. */
  settled(): Promise<void>;
}

/** The same answers, each of which is told of. */
export function measuredFetch(
  fetch: Fetch,
  clock: Clock,
  tell: (answered: Answered) => void,
): MeasuredFetch {
  const { counted, settled } = createPending();
  let waiting = 0;
  const measured = async (...[request, from]: Parameters<Fetch>): Promise<Response> => {
    const route = routeOf(pathOf(request.url));
    const isToken = TOKEN_ROUTES.has(route);
    const since = clock.monotonic();
    if (isToken) waiting++;
    try {
      const answer = await fetch(request, from);
      tell({ route, status: answer.status, duration: clock.monotonic() - since });
      return answer;
    } finally {
      if (isToken) waiting--;
    }
  };
  return {
    settled,
    get waiting() {
      return waiting;
    },
    fetch: (request, from) => counted(measured(request, from)),
  };
}

/** The same lane, each of whose answers is told of. Gives whether there was one. */
export const measuredLane =
  <A extends readonly unknown[]>(
    lane: (...asked: A) => { readonly status: number } | undefined,
    clock: Clock,
    tell: (answered: Answered) => void,
  ) =>
  (...asked: A): boolean => {
    const since = clock.monotonic();
    const told = lane(...asked);
    if (told === undefined) return false;
    const { status } = told;
    tell({ route: TOKEN_ROUTE, status, duration: clock.monotonic() - since });
    return true;
  };

/** The path in an absolute address; a server has made it, so nothing stands before its host. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const end = url.indexOf('?', start);
  return start < 0 ? '/' : url.slice(start, end < 0 ? undefined : end);
}

const SESSION = '/v1/sessions/';
const TOKEN_ROUTE = '/v1/sessions/{key}/token';
const TOKEN_ROUTES = new Set([TOKEN_ROUTE, '/v1/tokens']);
const ROUTES = new Set([
  '/v1/tokens',
  '/v1/sessions',
  '/v1/events',
  '/healthz',
  '/readyz',
  '/openapi.json',
]);

/** Which route of the API an address belongs to, in the words of its description: few values, whatever is asked for. */
export function routeOf(pathname: string): string {
  if (pathname.startsWith(SESSION)) {
    const end = pathname.indexOf('/', SESSION.length);
    if (end < 0 && pathname.length > SESSION.length) return '/v1/sessions/{key}';
    if (end > SESSION.length && pathname.slice(end) === '/token') return TOKEN_ROUTE;
  }
  return ROUTES.has(pathname) ? pathname : 'other';
}
