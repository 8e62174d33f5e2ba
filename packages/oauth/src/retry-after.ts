/** No server gets to silence a client for longer (FAILURES: at most 1 h). */
const LONGEST = 3_600_000;

/**
 * `Retry-After` (RFC 9110 section 10.2.3) in ms from now: at most 1 h, never negative, `undefined` where there is none
 * or it is neither seconds nor a date. A date is compared with the answer's own `Date` where that is there, because the
 * machine's clock may be wrong by hours and the server's agrees with itself.
 */
export function retryAfter(
  header: string | null,
  date: string | null,
  now: () => number,
): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1000, LONGEST);
  const until = httpDate(text);
  if (until === undefined) return undefined;
  const since = (date === null ? undefined : httpDate(date)) ?? now();
  return Math.min(Math.max(0, until - since), LONGEST);
}

function httpDate(text: string): number | undefined {
  // Date.parse alone would take "5" or "-1" for a year. All three forms of RFC 9110 section 5.6.7 start with a day's name.
  if (!/^[A-Z][a-z]{2}/.test(text)) return undefined;
  const found = Date.parse(text);
  return Number.isNaN(found) ? undefined : found;
}
