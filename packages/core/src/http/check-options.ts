import { checkAll, isFunction, type Kind, nameOf, unless } from '../errors/check-value.ts';
import { HTTP_TOKEN } from '../tokens/token-syntax.ts';
import type { AuthOptions } from './options.ts';
import { isLoopback, originOf } from './origin.ts';

const isBoolean: Kind = (value) => unless(typeof value === 'boolean', 'a boolean', value);

const KINDS: Readonly<Record<keyof AuthOptions, Kind>> = {
  origins: () => undefined, // looked at one by one
  allowInsecureOrigins: isBoolean,
  whenSignedOut: (value) =>
    unless(value === 'send' || value === 'reject', "'send' or 'reject'", value),
  // A field name (RFC 9110 section 5.1).
  header: (value) =>
    unless(typeof value === 'string' && HTTP_TOKEN.test(value), 'the name of a header', value),
  overwriteHeader: isBoolean,
  classify: isFunction,
};

/**
 * Checks an adapter's options and returns the origins that may see the token: those listed, else that of `base`, the
 * client's base URL.
 *
 * @throws TypeError that names the option, what was expected and what came.
 */
export function checkOptions(options: AuthOptions, base?: string): ReadonlySet<string> {
  checkAll('options', options, KINDS);
  return originsOf(options, base);
}

/**
 * The origins that may see the token: those listed, else that of `base`, the client's base URL; none for a relative one
 * where there is no page.
 *
 * @throws TypeError for a wrong origin, and where there is neither a list nor a base URL.
 */
export function originsOf(
  { origins, allowInsecureOrigins }: AuthOptions,
  base?: string,
): ReadonlySet<string> {
  if (origins === undefined && base) {
    const relative = isRelative(base);
    // A server that renders the page imports the same module, and cannot send such a request at all.
    if (relative && globalThis.location === undefined) return new Set();
    const written = relative ? 'self' : (originOf(base) ?? base);
    return new Set([checkOrigin(written, 'origins (of the base URL)', allowInsecureOrigins)]);
  }
  if (!Array.isArray(origins) || !origins.length) {
    throw new TypeError(
      `origins: expected a list of the origins that may see the token, like ["https://api.example.com"], got ${nameOf(origins)}`,
    );
  }
  return new Set(
    origins.map((origin, index) => checkOrigin(origin, `origins[${index}]`, allowInsecureOrigins)),
  );
}

const isRelative = (base: string): boolean => !/^([a-z][a-z\d+.-]*:|[\\/]{2})/i.test(base);

function checkOrigin(value: unknown, name: string, insecure: boolean | undefined): string {
  // Not `instanceof`: a URL may come from another realm or a polyfill.
  const text = typeof value === 'object' ? (value as URL | null)?.href : value;
  const self = text === 'self';
  const written = self ? globalThis.location?.origin : text;
  const origin = typeof written === 'string' ? originOf(written) : undefined;
  if (self && !origin)
    throw new TypeError(
      `${name}: 'self' is the page's own origin, and there is no page here; write the origin itself`,
    );
  if (typeof written !== 'string')
    throw new TypeError(
      `${name}: expected an origin like "https://api.example.com", got ${nameOf(value)}`,
    );
  // A lone slash is let through: every URL object has one.
  if (!origin || !/^[^/]+\/\/[^/?#]+\/?$/.test(written)) {
    const better = origin ?? suggestion(written);
    throw new TypeError(
      `${name}: ${quote(written)} ${flaw(written, origin)}${better ? `; did you mean "${better}"?` : ''}`,
    );
  }
  if (!insecure && origin.startsWith('http:') && !isLoopback(origin)) {
    throw new TypeError(
      `${name}: "${origin}" is not encrypted; use https:, or set allowInsecureOrigins`,
    );
  }
  return origin;
}

function flaw(text: string, origin: string | undefined): string {
  if (text.includes('*')) return 'has a wildcard; list each origin';
  if (text.includes('@')) return 'has user info';
  return origin ? 'has a path' : 'is not an origin';
}

// Only this text comes from the platform's parser, and only where ours agrees with it.
function suggestion(text: string): string | undefined {
  if (!/^[^\W_][^*]*$/u.test(text)) return undefined;
  try {
    return originOf(new URL(text.includes('//') ? text : `https://${text}`).origin);
  } catch {
    return undefined; // not a URL to the platform either
  }
}

// User info is a password.
const quote = (text: string): string => JSON.stringify(text.replace(/[^/]*@/, '...@'));
