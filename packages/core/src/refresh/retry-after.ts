/** No server can silence a client for longer. */
const LONGEST = 3_600_000;
/** The three forms of an HTTP-date (RFC 9110 section 5.6.7). `Date.parse` alone takes "-1" for a year. */
const HTTP_DATE = /^[A-Z][a-z]{2,8},? [\w -]+ \d\d:\d\d:\d\d(?: GMT| \d{4})$/;

/**
 * `Retry-After` (RFC 9110 section 10.2.3) in ms from now, 3_600_000 at most; `undefined` where it is neither digits nor
 * an HTTP-date. A date is compared with `date`, the answer's own `Date`, where that can be read: this machine's clock may
 * be wrong by hours, and the server's agrees with itself. `now`: ms since the epoch.
 *
 * @example
 * ```ts
 * retryAfterOf(response.headers.get('retry-after'), response.headers.get('date'), Date.now());
 * ```
 */
export function retryAfterOf(value: unknown, date: unknown, now: number): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return undefined;
  if (/^\s*\d+\s*$/.test(text)) return Math.min(Number(text) * 1000, LONGEST);
  const until = httpDate(text);
  return until === undefined
    ? undefined
    : Math.min(Math.max(0, until - (httpDate(date) ?? now)), LONGEST);
}

function httpDate(value: unknown): number | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  // The form of asctime names no zone; it is GMT, too.
  const found = HTTP_DATE.test(text)
    ? Date.parse(text.endsWith('GMT') ? text : `${text} GMT`)
    : Number.NaN;
  return Number.isNaN(found) ? undefined : found;
}
