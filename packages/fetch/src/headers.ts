/** A copy of the caller's headers, taken before anything is awaited: `fetch` reads them at once, too. */
export type HeaderCopy = Headers | Record<string, string>;

/** Plain objects stay plain: making a `Headers` of them takes longer than all the rest, and fetch does it anyway. */
export function copyHeaders(headers: HeadersInit | undefined): HeaderCopy {
  const prototype: unknown = headers ? Object.getPrototypeOf(headers) : null;
  return prototype === null || prototype === Object.prototype
    ? { ...(headers as Record<string, string>) }
    : new Headers(headers);
}

export function getAuthorization(headers: HeaderCopy): string | null | undefined {
  if (headers instanceof Headers) return headers.get('authorization');
  for (const name in headers) if (isAuthorization(name)) return headers[name];
  return undefined;
}

export function setAuthorization(headers: HeaderCopy, value: string | undefined): void {
  if (headers instanceof Headers) {
    if (value) headers.set('authorization', value);
    else headers.delete('authorization');
    return;
  }
  for (const name in headers) if (isAuthorization(name)) delete headers[name];
  if (value) headers['authorization'] = value;
}

const isAuthorization = (name: string): boolean =>
  name.length === 13 && name.toLowerCase() === 'authorization';
