import type { HeaderMap } from 'unexpired/adapter';

type Pair = [name: string, value: string];

/**
 * A copy of the caller's headers, taken before anything is awaited: `fetch` reads them at once, too. In the form that they
 * have, because only that one reaches the server as it was written: a `Headers` of another class spells names its own way.
 */
export type HeaderCopy = Headers | Pair[] | Record<string, string>;

/** Plain objects stay plain: making a `Headers` of them takes longer than all the rest, and fetch does it anyway. */
export function copyHeaders(headers: HeadersInit | undefined): HeaderCopy {
  const prototype: unknown = headers ? Object.getPrototypeOf(headers) : null;
  if (prototype !== null && prototype !== Object.prototype) {
    const Own = classOf(prototype as object, 'Headers') as typeof Headers | undefined;
    if (Own) return new Own(headers);
    if (Symbol.iterator in (headers as object))
      return [...(headers as Iterable<Iterable<unknown>>)].map(copyOfPair);
  }
  const copy = { ...(headers as Record<string, string>) };
  // A list, for instance, which its caller could change.
  for (const name in copy) if (typeof copy[name] !== 'string') copy[name] = `${copy[name]}`;
  return copy;
}

/**
 * The class of this name that something is one of: undici and node-fetch have their own, which take nothing of another one.
 * What is derived of it may be made of something else.
 */
export function classOf(value: object, name: string): unknown {
  for (let one: object | null = value; one; one = Object.getPrototypeOf(one) as object | null)
    if (isNamed(one, name)) return one.constructor;
  return undefined;
}

// Not every one says its name: that of React Native does not.
const isNamed = (one: object, name: string): boolean =>
  (Object.hasOwn(one, Symbol.toStringTag) &&
    (one as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === name) ||
  one ===
    (globalThis as unknown as Record<string, { prototype?: unknown } | undefined>)[name]?.prototype;

function copyOfPair(pair: Iterable<unknown>): Pair {
  if (typeof pair !== 'object') throw new TypeError('headers: expected pairs');
  return [...pair].map((text) => `${text as string | undefined}`) as Pair;
}

const isHeaders = (headers: HeaderCopy): headers is Headers =>
  typeof (headers as Headers).get === 'function';

/** The value of a header; `name` in lower case. */
export function getHeader(headers: HeaderCopy, name: string): string | null | undefined {
  if (isHeaders(headers)) return headers.get(name);
  if (Array.isArray(headers)) {
    const values = headers.filter(([own]) => isSame(own, name)).map(([, value]) => value);
    return values.length > 0 ? values.join(', ') : undefined;
  }
  for (const own in headers) if (isSame(own, name)) return headers[own];
  return undefined;
}

/** Sets every header of `map`, and takes those off that are `undefined` there. */
export function setHeaders(headers: HeaderCopy, map: HeaderMap): void {
  for (const name in map) setHeader(headers, name.toLowerCase(), map[name]);
}

function setHeader(headers: HeaderCopy, name: string, value: string | undefined): void {
  if (isHeaders(headers)) {
    if (value) headers.set(name, value);
    else headers.delete(name);
    return;
  }
  if (Array.isArray(headers)) {
    for (let index = headers.length; index-- > 0; )
      if (isSame(headers[index]?.[0] ?? '', name)) headers.splice(index, 1);
    if (value) headers.push([name, value]);
    return;
  }
  for (const own in headers) if (isSame(own, name)) delete headers[own];
  if (value) headers[name] = value;
}

/** A copy without those that go, by their names in lower case. */
export function withoutHeaders(
  headers: HeadersInit | undefined,
  goes: (name: string) => boolean,
): HeaderCopy {
  const copy = copyHeaders(headers);
  const names = isHeaders(copy)
    ? [...copy.keys()]
    : Array.isArray(copy)
      ? copy.map(([name]) => name)
      : Object.keys(copy);
  for (const name of names.map((own) => own.toLowerCase()))
    if (goes(name)) setHeader(copy, name, undefined);
  return copy;
}

const isSame = (own: string, name: string): boolean =>
  own.length === name.length && own.toLowerCase() === name;
