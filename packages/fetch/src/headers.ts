import type { HeaderMap } from 'unexpired/adapter';

/** A copy of the caller's headers, taken before anything is awaited: `fetch` reads them at once, too. */
export type HeaderCopy = Headers | Record<string, string>;

/** Plain objects stay plain: making a `Headers` of them takes longer than all the rest, and fetch does it anyway. */
export function copyHeaders(headers: HeadersInit | undefined): HeaderCopy {
  const prototype: unknown = headers ? Object.getPrototypeOf(headers) : null;
  if (prototype !== null && prototype !== Object.prototype) return new Headers(headers);
  const copy = { ...(headers as Record<string, string>) };
  // A list, for instance, which its caller could change.
  for (const name in copy) if (typeof copy[name] !== 'string') copy[name] = `${copy[name]}`;
  return copy;
}

/** The value of a header; `name` in lower case. */
export function getHeader(headers: HeaderCopy, name: string): string | null | undefined {
  if (headers instanceof Headers) return headers.get(name);
  for (const own in headers) if (isSame(own, name)) return headers[own];
  return undefined;
}

/** Sets every header of `map`, and takes those off that are `undefined` there. */
export function setHeaders(headers: HeaderCopy, map: HeaderMap): void {
  for (const name in map) setHeader(headers, name.toLowerCase(), map[name]);
}

function setHeader(headers: HeaderCopy, name: string, value: string | undefined): void {
  if (headers instanceof Headers) {
    if (value) headers.set(name, value);
    else headers.delete(name);
    return;
  }
  for (const own in headers) if (isSame(own, name)) delete headers[own];
  if (value) headers[name] = value;
}

const isSame = (own: string, name: string): boolean =>
  own.length === name.length && own.toLowerCase() === name;
