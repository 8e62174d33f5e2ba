import type { Clock } from 'unexpired';

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
  let waiting = 0;
  let pending = 0;
  const idle: (() => void)[] = [];
  return {
    get waiting() {
      return waiting;
    },
    async settled() {
      while (pending > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
    async fetch(request, from) {
      const route = routeOf(pathOf(request.url));
      const isToken = TOKEN_ROUTES.has(route);
      const since = clock.monotonic();
      pending++;
      if (isToken) waiting++;
      try {
        const answer = await fetch(request, from);
        tell({ route, status: answer.status, duration: clock.monotonic() - since });
        return answer;
      } finally {
        pending--;
        if (isToken) waiting--;
        if (pending === 0) for (const resolve of idle.splice(0)) resolve();
      }
    },
  };
}

/** The path in an absolute address; a server has made it, so nothing stands before its host. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('://') + 3);
  const end = url.indexOf('?', start);
  return start < 0 ? '/' : url.slice(start, end < 0 ? undefined : end);
}

const TOKEN_ROUTES = new Set(['/v1/sessions/{key}/token', '/v1/tokens']);
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
  if (ROUTES.has(pathname)) return pathname;
  const [, token] = /^\/v1\/sessions\/[^/]+(\/token)?$/.exec(pathname) ?? [];
  if (token !== undefined) return '/v1/sessions/{key}/token';
  return /^\/v1\/sessions\/[^/]+$/.test(pathname) ? '/v1/sessions/{key}' : 'other';
}
