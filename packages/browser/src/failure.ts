const ADVICE: Readonly<Record<string, string>> = {
  InvalidStateError: 'the browser keeps no databases for this window, as in some private modes',
  NotFoundError: 'a database of this name belongs to somebody else; give another name',
  NotSupportedError: 'the browser does not have it here; a page needs https, or localhost',
  QuotaExceededError: 'the browser has no room left for this site; private windows have little',
  SecurityError:
    'the browser lets this page store nothing: its cookies are blocked, or it is in a sandboxed frame',
  TimeoutError:
    'the browser did not answer; another tab may be stuck in the middle of a change, or hold an old database open',
  UnknownError:
    'the browser could not use its own files: the disk is full, or the profile is damaged',
  VersionError: 'a later release has changed the database; reload the page',
};

/** The error for what the browser refused, with what that usually means. `code` is the name of the browser's own error. */
export function failure(what: string, error: unknown): Error {
  const { name: code, message } = error as Error;
  return Object.assign(
    new Error(`${what}: ${ADVICE[code] ?? message} (${code})`, { cause: error }),
    // The transaction was undone, and the next one would be: a sign-in need not insist.
    { code, delivery: code === 'QuotaExceededError' ? 'answered' : undefined },
  );
}
