/**
 * A stand-in for an error that must not be passed on: a client's error may hold the request (and with it the refresh
 * token), a parser's error the answer, a header's error the value it complains about. Kept are the names and codes
 * down the chain of causes, which are what tells DNS from TLS.
 */
export function safeCause(error: unknown): Error {
  const names = errorsIn(error).map(({ name, code }) => [name, code].filter(Boolean).join(' '));
  const code = errorsIn(error).find((found) => found.code !== undefined)?.code;
  return Object.assign(
    new Error(names.join(' <- ') || 'Unknown error'),
    code === undefined ? {} : { code },
  );
}

/** What may be said of one error. */
export interface ErrorFacts {
  readonly name: string | undefined;
  readonly code: string | undefined;
  readonly syscall: string | undefined;
}

/** The error, its causes, and the errors of an `AggregateError` (one for each address tried), outermost first. At most 20. */
export function errorsIn(error: unknown): ErrorFacts[] {
  const found: ErrorFacts[] = [];
  const seen = new Set<unknown>();
  const waiting = [error];
  while (waiting.length > 0 && seen.size < 20) {
    const next = waiting.shift();
    if (typeof next !== 'object' || next === null || seen.has(next)) continue;
    seen.add(next);
    const { name, code, syscall, cause, errors } = next as Record<string, unknown>;
    found.push({ name: word(name), code: word(code), syscall: word(syscall) });
    waiting.push(cause, ...(Array.isArray(errors) ? errors.slice(0, 20) : []));
  }
  return found;
}

/** Names and codes are identifiers (`ECONNREFUSED`, `ERR_SSL_SSL/TLS_ALERT_...`, `TimeoutError`); a value that is none may be anything. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' &&
    value.length <= 64 &&
    /^(?:[A-Z][A-Z0-9_/]+|[A-Za-z]+)$/.test(value)
    ? value
    : undefined;
}
