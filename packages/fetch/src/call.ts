import { nameOf } from 'unexpired/adapter';
import type { RequestAuth } from 'unexpired';
import { copyHeaders, type HeaderCopy } from './headers.ts';

/** Makes a body anew for each send: a stream that is made twice can be sent twice. */
type BodyFactory = () => BodyInit | Promise<BodyInit>;

/** `RequestInit`, of which every option also takes `undefined`, as `fetch` does; a factory for a body; and `tokens`. */
export type AuthInit = {
  [Name in keyof RequestInit]:
    | RequestInit[Name]
    | (Name extends 'body' ? BodyFactory : never)
    | undefined;
} & RequestAuth & {
    /** What the Fetch standard asks for beside a stream. The DOM's types do not have it yet. */
    duplex?: 'half' | undefined;
  };

/** What a caller asked for, as it was at the call. `fetch`, too, reads all of it at once. */
export interface Call {
  readonly input: string | URL | Request;
  readonly request: Request | undefined;
  readonly url: string;
  readonly headers: HeaderCopy;
  /** A copy of the init, without `tokens`. Its body is the caller's own. */
  readonly init: AuthInit | undefined;
  readonly factory: BodyFactory | undefined;
  /** In capitals. */
  readonly method: string;
  readonly signal: AbortSignal | undefined;
  /** The header that carries the token, in lower case. */
  readonly header: string;
  /** The body of `init` is a copy already, made before a wait. */
  readonly isFrozen: boolean;
}

/** @throws what it cannot read: the fetch below says better what is wrong with it. */
export function readCall(
  input: string | URL | Request,
  init: AuthInit | undefined,
  header: string,
): Call {
  const request = typeof input === 'object' && 'headers' in input ? input : undefined;
  const copy = copyInit(init);
  return {
    input,
    request,
    url: request ? request.url : hrefOf(input),
    headers: copyHeaders(copy?.headers ?? request?.headers),
    init: copy,
    factory: typeof copy?.body === 'function' ? copy.body : undefined,
    method: String(copy?.method ?? request?.method ?? 'GET').toUpperCase(),
    signal: listenable(copy?.signal === undefined ? request?.signal : copy.signal),
    header,
    isFrozen: false,
  };
}

/** What to pass on as the input: the very URL that was checked, whatever its object says when it is asked again. */
export const targetOf = ({ input, request, url }: Call): string | URL | Request =>
  request ?? (typeof input === 'object' && 'href' in input ? new URL(url) : url);

// Of a URL, or of whatever else fetch makes a string of.
const hrefOf = (input: unknown): string => (typeof input === 'string' ? input : `${input as URL}`);

// Anything else is for the fetch below to refuse: nobody can be told of an abort by it.
const listenable = (signal: AbortSignal | null | undefined): AbortSignal | undefined =>
  typeof signal?.addEventListener === 'function' ? signal : undefined;

// Each member is read once, as fetch does. A getter of a class counts, of Request for instance, and is not always enumerable.
function copyInit(init: AuthInit | undefined): AuthInit | undefined {
  if (init === undefined || init === null) return undefined;
  if (typeof init !== 'object')
    throw new TypeError(`init: expected an object, got ${nameOf(init)}`);
  const prototype: unknown = Object.getPrototypeOf(init);
  const isPlain = prototype === Object.prototype || prototype === null;
  const copy: Record<string, unknown> = isPlain ? { ...init } : {};
  let holder = isPlain ? null : (init as object | null);
  for (; holder && holder !== Object.prototype; holder = Object.getPrototypeOf(holder) as object)
    for (const name of Object.getOwnPropertyNames(holder))
      if (!Object.hasOwn(copy, name)) copy[name] = init[name as keyof AuthInit];
  if ('tokens' in copy) delete copy['tokens'];
  return copy;
}
