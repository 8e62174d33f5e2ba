import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** How the pages of a site are signed in. */
export type Mode = 'cookies' | 'tokens';

/** What a request of the API came to. */
export interface Outcome {
  readonly status?: number;
  /** Whose request the API took it for. */
  readonly as?: string;
  /** The code of the error, where there was no answer. */
  readonly error?: string;
}

/** What a page of `programs/two-users.ts` can be told from outside. */
export interface UserControl {
  open(mode: Mode): void;
  /** The login request alone, which sets cookies. */
  login(user: string): Promise<void>;
  /** Tells the session of the login. */
  announce(): Promise<void>;
  /** A POST, whose id is told apart from all others. */
  post(id: string): Promise<Outcome>;
  /** Resolves after another tab has signed somebody in, as often as this was asked. */
  toldOfSignIn(): Promise<void>;
}

/** One arrival of a request at the API: with whose token or cookie. */
export interface Arrival {
  readonly id: string;
  readonly as: string;
  readonly accepted: boolean;
}

/** Logins, refreshes and an API for several users, whose tokens come in a header or a cookie. Refresh tokens are good for once. */
export interface TwoUsersServer {
  readonly arrivals: readonly Arrival[];
  /** Refresh tokens that came twice, or were nobody's. */
  readonly refused: number;
  /** Ends all access tokens there are. */
  endAccess(): void;
  /** Refusals of the API are held back until what this resolves with is called; `arrived` resolves when there is one. */
  holdRefusals(): { readonly arrived: Promise<void>; release(): void };
  answer(request: IncomingMessage, response: ServerResponse, way: readonly string[]): Promise<void>;
}

export function twoUsersServer(): TwoUsersServer {
  const owners = new Map<string, string>();
  const live = new Set<string>();
  const arrivals: Arrival[] = [];
  let refused = 0;
  let made = 0;
  let arrived = (): void => undefined;
  let open: Promise<void> = Promise.resolve();

  const issue = (user: string, response: ServerResponse): void => {
    const [access, refresh] = [`access-${++made}`, `refresh-${made}`];
    for (const token of [access, refresh]) {
      owners.set(token, user);
      live.add(token);
    }
    response.writeHead(200, {
      'content-type': 'application/json',
      'set-cookie': [`access=${access}; Path=/; HttpOnly`, `refresh=${refresh}; Path=/; HttpOnly`],
    });
    const body = { access_token: access, refresh_token: refresh, expires_in: 3600, userId: user };
    response.end(JSON.stringify(body));
  };
  const cookieOf = ({ headers }: IncomingMessage, name: string): string =>
    new RegExp(`${name}=([^;]+)`).exec(headers.cookie ?? '')?.[1] ?? '';

  return {
    arrivals,
    get refused() {
      return refused;
    },
    endAccess() {
      for (const token of [...live]) if (token.startsWith('access')) live.delete(token);
    },
    holdRefusals() {
      let release = (): void => undefined;
      open = new Promise((resolve) => (release = resolve));
      return { arrived: new Promise((resolve) => (arrived = resolve)), release: () => release() };
    },
    async answer(request, response, [what, name = '']) {
      const body = await text(request);
      if (what === 'login') return issue(name, response);
      if (what === 'refresh') {
        const token = body === '' ? cookieOf(request, 'refresh') : body;
        if (live.delete(token)) return issue(String(owners.get(token)), response);
        refused++;
        return void response.writeHead(401).end();
      }
      const bearer = request.headers.authorization?.slice('Bearer '.length);
      const token = bearer ?? cookieOf(request, 'access');
      const accepted = live.has(token);
      const as = owners.get(token) ?? 'nobody';
      arrivals.push({ id: name, as, accepted });
      if (!accepted) {
        arrived();
        await open;
        return void response.writeHead(401).end();
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ as }));
    },
  };
}

/** Ids of requests that arrived as one user first, and then as another. */
export const crossed = (arrivals: readonly Arrival[]): string[] => {
  const first = new Map<string, string>();
  return arrivals.flatMap(({ id, as }) => {
    const before = first.get(id) ?? as;
    first.set(id, before);
    return before === as ? [] : [id];
  });
};
