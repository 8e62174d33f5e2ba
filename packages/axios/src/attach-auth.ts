import type { AuthOptions, RequestAuth, TokenInput } from 'unexpired';
import { checkOptions, createAuthorizer, nameOf } from 'unexpired/adapter';
import type { AxiosLike } from './axios-like.ts';
import { ATTACHED, createDispatch } from './dispatch.ts';
import type { Attached } from './exchange.ts';
import { createWrap } from './wrap.ts';

declare module 'axios' {
  interface AxiosRequestConfig {
    /** `false` sends the request unsigned, a source overrides the attached one. */
    tokens?: RequestAuth['tokens'];
  }
}

interface Attachment extends Attached {
  readonly tokens: TokenInput;
  origins: ReadonlySet<string>;
  readonly detach: () => void;
}

/**
 * Gives every request of an axios instance a good token, and sends a request again, once, when the API refused its
 * token. Returns detach.
 *
 * `data` may be a function that makes the body, for streams that shall be sent again: it is called for each send.
 *
 * `origins` default: that of `instance.defaults.baseURL`, also when that is changed later; `'self'` where it is relative.
 *
 * The same instance and tokens twice is once, with the latest options; overlapping origins with other tokens is a
 * TypeError.
 *
 * @throws TypeError for a wrong option, and where there are neither `origins` nor a base URL. Requests reject with a `TokenError`, or with axios's own 401 and the
 * `TokenError` as its `cause`, as the table *What an adapter answers* says.
 *
 * @example
 * ```ts
 * const api = axios.create({ baseURL: 'https://api.example.com' });
 * const detach = attachAuth(api, tokens);
 * ```
 */
export function attachAuth(
  instance: AxiosLike,
  tokens: TokenInput,
  options: AuthOptions = {},
): () => void {
  const requests = instance?.interceptors?.request;
  if (typeof requests?.use !== 'function')
    throw new TypeError(
      `instance: expected an axios instance, such as axios.create() gives, got ${nameOf(instance)}`,
    );
  const base = (): string | undefined =>
    (instance.defaults as { baseURL?: string } | undefined)?.baseURL;
  const authorize = createAuthorizer(tokens, options, base);
  const origins = checkOptions(options, base());
  const header = (options.header ?? 'Authorization').toLowerCase();

  const holder = instance as AxiosLike & { [ATTACHED]?: Attachment[] };
  if (!holder[ATTACHED]) Object.defineProperty(holder, ATTACHED, { value: [] });
  const all = holder[ATTACHED] as Attachment[];
  const overlapping = all.filter((other) =>
    [...origins].some((origin) => other.origins.has(origin)),
  );
  if (overlapping.some((other) => other.tokens !== tokens)) {
    throw new TypeError(
      'origins: other tokens are attached to this instance for one of these origins; detach those first',
    );
  }
  // Of two that serve one origin each would replay the other's replay.
  for (const other of overlapping.slice(1)) other.detach();
  const latest = { origins, authorize, header, wholeUrls: options.classify !== undefined };
  if (overlapping[0]) return Object.assign(overlapping[0], latest).detach;

  const dispatch = createDispatch(instance);
  const attachment: Attachment = { tokens, ...latest, detach };
  const wrap = createWrap(attachment, dispatch);
  // Synchronous, or axios would run the chain of all interceptors through promises.
  const id = (
    requests.use as (onFulfilled: typeof wrap, onRejected: undefined, options: object) => number
  )(wrap, undefined, {
    synchronous: true,
  });
  all.push(attachment);

  function detach(): void {
    requests.eject(id);
    const index = all.indexOf(attachment);
    if (index >= 0) all.splice(index, 1);
  }
  return detach;
}
