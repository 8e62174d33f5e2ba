import type { AuthOptions } from './options.ts';
import { isLoopback, originOf } from './origin.ts';

/**
 * Checks an adapter's options and returns the origins that may see the token.
 *
 * @throws TypeError that names the option, what was expected and what came.
 */
export function checkOptions(options: AuthOptions): ReadonlySet<string> {
  const { origins, allowInsecureOrigins, whenSignedOut, overwriteHeader, isRejected } =
    options ?? {};
  if (!Array.isArray(origins) || !origins.length) {
    throw new TypeError(
      `origins: expected a list of the origins that may see the token, like ["https://api.example.com"], got ${kind(origins)}`,
    );
  }
  expect('allowInsecureOrigins', allowInsecureOrigins, 'boolean');
  expect('overwriteHeader', overwriteHeader, 'boolean');
  expect('isRejected', isRejected, 'function');
  if (whenSignedOut !== undefined && whenSignedOut !== 'send' && whenSignedOut !== 'reject') {
    throw new TypeError(`whenSignedOut: expected 'send' or 'reject', got ${kind(whenSignedOut)}`);
  }
  return new Set(
    origins.map((origin, index) => checkOrigin(origin, `origins[${index}]`, allowInsecureOrigins)),
  );
}

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
      `${name}: expected an origin like "https://api.example.com", got ${kind(value)}`,
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

function expect(name: string, value: unknown, type: 'boolean' | 'function'): void {
  if (value !== undefined && typeof value !== type)
    throw new TypeError(`${name}: expected a ${type}, got ${kind(value)}`);
}

// User info is a password.
const quote = (text: string): string => JSON.stringify(text.replace(/[^/]*@/, '...@'));

const kind = (value: unknown): string =>
  Array.isArray(value)
    ? 'an empty list'
    : typeof value === 'string'
      ? quote(value)
      : value === null
        ? 'null'
        : typeof value;
