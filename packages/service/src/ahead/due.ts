/** Part of its lifetime at which a token is due, between these two: drawn anew each time, and wide, lest an outage is echoed one lifetime later. */
const PART = { first: 0.6, last: 0.8 };
/** Ms before its expiry by which a token is due where it lives long enough: a crash is over before callers feel it. */
const MARGIN = 180_000;
/** Part of the lifetime up to which the margin may narrow the choice. */
const NARROWEST = 0.7;

/** Ms since the epoch at which a token is refreshed ahead of demand. `random` is in [0, 1). */
export function dueAt(
  { issuedAt, expiresAt }: { readonly issuedAt: number; readonly expiresAt: number },
  random: number,
): number {
  const lifetime = Math.max(0, expiresAt - issuedAt);
  const byMargin = 1 - MARGIN / lifetime;
  const last = byMargin >= NARROWEST ? Math.min(PART.last, byMargin) : PART.last;
  return issuedAt + lifetime * (PART.first + (last - PART.first) * random);
}
