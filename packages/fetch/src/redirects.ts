import { release } from './answer.ts';
import type { Client } from './client.ts';
import { withoutHeaders } from './headers.ts';
import { referrerAfter } from './referrer.ts';

/** As many as the Fetch standard follows. */
const MOST = 20;

/** What node-fetch has besides the standard's: `follow`, how many redirects at the most, of which `counter` were. */
interface NodeFetchOptions {
  readonly follow?: number | undefined;
  readonly counter?: number | undefined;
  readonly agent?: unknown;
  readonly compress?: unknown;
  readonly size?: unknown;
  readonly timeout?: unknown;
}

/** A request that may be redirected, as its next sends need it. */
export interface Redirectable {
  /** Where it goes. */
  readonly url: string;
  /** The `Request` that it was made as, if it was. */
  readonly request: (Request & NodeFetchOptions) | undefined;
  readonly init: RequestInit & NodeFetchOptions;
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
  { send, isNodeFetch }: Client,
  input: unknown,
  redirectable: Redirectable,
): Promise<Response> {
  const { request } = redirectable;
  let { url, init } = redirectable;
  let target = input;
  const most = (isNodeFetch ? (init.follow ?? request?.follow) : undefined) ?? MOST;
  for (let count = 0; ; count++) {
    // The last one is for the client to refuse, with its own error.
    const last = isNodeFetch ? { counter: count } : { redirect: 'error' };
    const how = count < most ? { redirect: 'manual' } : last;
    const response = (await send(target, { ...init, ...how })) as Response;
    if (response.type === 'opaqueredirect') return (await send(target, init)) as Response;
    const found = locationOf(response);
    if (found === undefined) return count ? asRedirected(response) : response;
    await release(response);
    const location = resolve(found, url, isNodeFetch);
    const next = await nextInit(redirectable, init, response, url);
    if (new URL(location).origin !== new URL(url).origin) {
      const counted = isNodeFetch ? { counter: count + 1 } : {};
      return asRedirected(
        (await send(location, { ...withoutSecrets(next), ...counted })) as Response,
      );
    }
    [target, url, init] = [location, location, next];
  }
}

function locationOf({ status, headers }: Response): string | undefined {
  if (![301, 302, 303, 307, 308].includes(status)) return undefined;
  return (headers as Headers | undefined)?.get('location') ?? undefined;
}

// In the standard a URL is made of the header's bytes, and has the fragment of the one before. node-fetch keeps neither rule.
function resolve(location: string, url: string, isNodeFetch: boolean): string {
  const text = !isNodeFetch && ARE_BYTES.test(location) ? decoded(location) : location;
  let target: URL;
  try {
    target = new URL(text, url);
  } catch (cause) {
    throw new TypeError('fetch failed', { cause });
  }
  if (!target.hash && !isNodeFetch) target.hash = new URL(url).hash;
  return target.href;
}

/** A fetch shows a byte of a header as one character. */
const ARE_BYTES = /^(?=.*[\x80-\xff])[\0-\xff]*$/;

const decoded = (bytes: string): string =>
  new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));

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
    next.headers = withoutHeaders(next.headers, (name) =>
      /^content-(encoding|language|length|location|type)$/.test(name),
    );
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
const optionsOf = (request: Request & NodeFetchOptions): RequestInit => {
  const { signal, mode, credentials, cache, referrer, referrerPolicy, integrity, keepalive } =
    request;
  const { agent, compress, size, timeout } = request;
  const options = { signal, credentials, cache, referrer, referrerPolicy, integrity, keepalive };
  const all = compress === undefined ? options : { ...options, agent, compress, size, timeout };
  return mode === 'navigate' ? all : { ...all, mode };
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
