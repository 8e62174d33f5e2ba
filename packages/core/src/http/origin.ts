/**
 * The origin of an absolute http(s) URL, in the form that browsers give it (lower case, default port left out), or
 * `undefined` when there is any doubt: user info, backslashes, blanks or control characters in the authority, percent
 * signs, characters outside ASCII. A strict parser of our own, because URL parsers differ in exactly these cases and a
 * token must not go where only one of them would send it; React Native's `new URL(absolute, base)` even answers with
 * the base's origin. Whatever passes here means the same to every parser (RFC 3986 section 3.2).
 */
export function originOf(url: string): string | undefined {
  const [, scheme, host, port] =
    /^(https?:)\/\/([a-z\d._-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?(?![^/?#])/i.exec(url) ?? [];
  if (!scheme || Number(port) > 65_535) return undefined;
  const secure = scheme.length === 6;
  return `${scheme}//${host}${!port || Number(port) === (secure ? 443 : 80) ? '' : `:${Number(port)}`}`.toLowerCase();
}

/**
 * Where a request to `url` goes: {@link originOf}, and for a relative URL the origin that the page resolves it against
 * (its `<base>` counts). `undefined` without a page, and for what only looks relative (`//host`, `\\host`, a line break
 * before the second slash: the URL standard drops those).
 */
export function targetOf(url: string): string | undefined {
  if (!/^(?![\0- ]|\/\/|[a-z][a-z\d+.-]*:)[^\\\t\n\r?#]*(?:[?#][^\t\n\r]*)?$/i.test(url))
    return originOf(url);
  const { document, location } = globalThis as {
    document?: { baseURI?: string };
    location?: { href?: string };
  };
  return originOf(document?.baseURI ?? location?.href ?? '');
}

/** Is this origin the machine itself? `localhost` and its subdomains (RFC 6761 section 6.3), 127.0.0.0/8, `[::1]`. */
export function isLoopback(origin: string): boolean {
  return /^https?:\/\/((.+\.)?localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(origin);
}
