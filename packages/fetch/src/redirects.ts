import { release } from './answer.ts';
import type { AnyFetch } from './client.ts';
import { withoutHeaders } from './headers.ts';
import { referrerAfter } from './referrer.ts';

/** As many as the Fetch standard follows. */
const MOST = 20;

/** A request that may be redirected, as its next sends need it. */
export interface Redirectable {
  /** Where it goes. */
  readonly url: string;
  /** The `Request` that it was made as, if it was. */
  readonly request: Request | undefined;
  readonly init: RequestInit;
  /** What to pass on once more for the body; `undefined` where it is gone. */
  again(): Promise<{ readonly body?: BodyInit } | undefined>;
}

/**
 * Sends a request, and follows its redirects here instead of in the fetch below: node-fetch and others take a token along
 * to another port or to a subdomain. Up to the first other origin the Fetch standard's own steps are taken (HTTP-redirect
 * fetch); from there on the fetch below goes on by itself, without the token.
 *
 * In browsers a redirect cannot be seen. A fetch that says so keeps the rule, and is asked to follow by itself.
 */
export async function sendAndFollow(
  send: AnyFetch,
  input: unknown,
  redirectable: Redirectable,
): Promise<Response> {
  let { url } = redirectable;
  let init: RequestInit = redirectable.init;
  let target = input;
  for (let count = 0; ; count++) {
    // The last one is for the client to refuse, with its own error.
    const redirect = count < MOST ? 'manual' : 'error';
    const response = (await send(target, { ...init, redirect })) as Response;
    if (response.type === 'opaqueredirect') return (await send(target, init)) as Response;
    const location = locationOf(response, url);
    if (!location) return count ? asRedirected(response) : response;
    await release(response);
    const next = await nextInit(redirectable, init, response, url);
    if (new URL(location).origin !== new URL(url).origin)
      return asRedirected((await send(location, withoutSecrets(next))) as Response);
    [target, url, init] = [location, location, next];
  }
}

function locationOf(response: Response, url: string): string | undefined {
  if (![301, 302, 303, 307, 308].includes(response.status)) return undefined;
  const location = (response.headers as Headers | undefined)?.get('location');
  if (location === null || location === undefined) return undefined;
  const target = new URL(location, url);
  if (!target.hash) target.hash = new URL(url).hash;
  return target.href;
}

async function nextInit(
  { request, again }: Redirectable,
  init: RequestInit,
  { status, headers }: Response,
  url: string,
): Promise<RequestInit> {
  const method = (init.method ?? request?.method ?? 'GET').toUpperCase();
  const next: RequestInit = { ...(request && optionsOf(request)), ...init, method };
  Object.assign(next, referrerAfter(next, url, headers.get('referrer-policy')));
  const toGet =
    status === 303
      ? method !== 'GET' && method !== 'HEAD'
      : (status === 301 || status === 302) && method === 'POST';
  if (toGet) {
    delete next.body;
    next.method = 'GET';
    next.headers = withoutHeaders(next.headers, (name) => name.startsWith('content-'));
    return next;
  }
  if (method === 'GET' || method === 'HEAD') return next;
  const body = await again();
  if (!body)
    throw new TypeError('fetch failed', {
      cause: new Error(`A ${status} asks for the body again, which can be read only once`),
    });
  return { ...next, ...body };
}

// What a Request says of itself, but for what belongs to its URL and its body.
const optionsOf = (request: Request): RequestInit => {
  const { signal, mode, credentials, cache, referrer, referrerPolicy, integrity, keepalive } =
    request;
  const options = { signal, credentials, cache, referrer, referrerPolicy, integrity, keepalive };
  return mode === 'navigate' ? options : { ...options, mode };
};

// Those that node-fetch and undici leave behind, where they see that the origin is another.
const withoutSecrets = (init: RequestInit): RequestInit => ({
  ...init,
  headers: withoutHeaders(init.headers, (name) =>
    /^(authorization|proxy-authorization|cookie2?|www-authenticate|host)$/.test(name),
  ),
});

const asRedirected = (response: Response): Response =>
  Object.defineProperty(response, 'redirected', { value: true, configurable: true });
