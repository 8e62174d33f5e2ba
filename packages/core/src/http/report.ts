import type { RequestEvent, TokenSource } from '../source.ts';

/** Origins that are told of. A crawler may ask thousands of them. */
const TOLD = 100;

/** Tells a source of a request. What the source makes of it is no concern of the request. */
export function report(source: TokenSource, event: RequestEvent): void {
  try {
    source.report?.(event);
  } catch {
    // A listener of the source has failed: the request goes on without it.
  }
}

/** Tells of requests that are left unsigned, once for each origin. */
export function createUnsignedReport(): (
  source: TokenSource,
  why: 'header' | 'origin',
  origin: string | undefined,
) => void {
  const told = new Set<string>();
  return (source, why, origin) => {
    if (!source.report || origin === undefined || told.has(origin) || told.size >= TOLD) return;
    told.add(origin);
    report(source, { type: 'unsigned', why, origin });
  };
}
