import { readMembers } from 'unexpired/adapter';

/**
 * A stand-in for an error that must not be passed on: a client's error may hold the request (and with it the refresh
 * token), a parser's error the answer, a header's error the value it complains about. Kept are the names and codes
 * down the chain of causes, which are what tells DNS from TLS. The core keeps the text, too, without the tokens that it
 * knows; here the request also holds client secrets, assertions and proofs, in encodings that nobody can list.
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
  /** Something of it, or behind it, could not be read. */
  readonly unreadable: boolean;
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
    const { of, unreadable } = readMembers(next, MEMBERS);
    const several = readMembers(of['errors'], FIRST_TWENTY);
    found.push({
      name: word(of['name']),
      code: word(of['code']),
      syscall: word(of['syscall']),
      unreadable: unreadable || several.unreadable,
    });
    waiting.push(of['cause'], ...Object.values(several.of));
  }
  return found;
}

const MEMBERS = ['name', 'code', 'syscall', 'cause', 'errors'];
const FIRST_TWENTY = Array.from({ length: 20 }, (_, index) => index);

/** Names and codes are identifiers (`ECONNREFUSED`, `ERR_SSL_SSL/TLS_ALERT_...`, `TimeoutError`); a value that is none may be anything. */
function word(value: unknown): string | undefined {
  return typeof value === 'string' &&
    value.length <= 64 &&
    /^(?:[A-Z][A-Z0-9_/]+|[A-Za-z]+)$/.test(value)
    ? value
    : undefined;
}
