/** What {@link isTokenText} takes: for schemas, which want a pattern. */
export const TOKEN_TEXT = /^(?!(?:undefined|null)$)[\x21-\x7E]+$/;

/** The `token` of HTTP's grammar (RFC 9110 section 5.6.2): an authentication scheme, the name of a header. No access token. */
export const HTTP_TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/**
 * May this be sent as a token? Visible ASCII (%x21-7E), not empty: the `VSCHAR` of RFC 6749 appendix A.12 without the
 * space, which no credential may contain (RFC 9110 section 11.4). Checked when a token arrives, because `new Headers`
 * and `fetch` quote a malformed one in their error message. Nor is it the text that a template or a storage makes of
 * nothing: `Bearer undefined` is sent by a mistake that nobody would find.
 *
 * @example
 * ```ts
 * isTokenText('mF_9.B5f-4.1JqM'); // true
 * isTokenText('two words');       // false
 * ```
 */
export function isTokenText(value: unknown): value is string {
  return typeof value === 'string' && TOKEN_TEXT.test(value);
}

/** Names what came where a token was expected, for an error message: never the value, which may be most of a token. */
export function describeToken(value: unknown): string {
  if (typeof value !== 'string') return value === null ? 'null' : typeof value;
  if (/^(undefined|null)$/.test(value)) return `the text "${value}"`;
  if (/^bearer\s/i.test(value)) return 'a scheme in front of it; leave out "Bearer "';
  if (isTokenText(value.trim())) return 'white space around it; trim it';
  return value ? 'characters that no header may carry' : 'an empty string';
}
