import { type Clock, sharedStore, type TokenSet, type TokenStore } from 'unexpired';
import { checkNames, nameOf, SIGN_IN, systemClock } from 'unexpired/adapter';
import { createFileCell } from './file-cell.ts';
import { failure } from './failure.ts';
import { lockOn, shortHash } from './file-lock.ts';
import { pathOf } from './json-pointer.ts';
import { pathFrom, realPlace } from './place.ts';
import { createFileWatch } from './watch-file.ts';

/** Options of {@link fileStore}. */
export interface FileStoreOptions {
  /** Where in the file the session is, as a JSON pointer (RFC 6901) such as `/auth`; all else there is kept. Default: the whole file. */
  readonly pointer?: string | undefined;
  /** Reads what an older version of your tool left there; `undefined` means "not mine" (ERR_STORE_RECORD). Not asked about our own records. */
  readonly parse?: ((value: unknown) => TokenSet | undefined) | undefined;
}

/**
 * Keeps the session in a JSON file that many processes share: one of them refreshes, the others pick it up, and it
 * brings the kernel lock that suits it (`<file>.refresh.lock`; `<file>.write.lock` guards each write, `<file>.sign-in.lock`
 * a login that is to be opened once). The file is
 * replaced whole and gets mode 0600; symbolic links are followed. A file that is not JSON, or holds something that is
 * not a session, is ERR_STORE_RECORD, and stays; so is what is no file, and a write to a file that has a hard link. The
 * folder must be writable and on this machine: network file systems may have no locks that work.
 *
 * What an editor does while it saves is waited out: up to 250 ms without the file, or with half of it. A file that is empty
 * after that holds nobody. An EPERM, EACCES or EBUSY is waited out for a second.
 *
 * @example
 * ```ts
 * import { createTokenManager } from 'unexpired';
 * import { fileStore } from '@unexpired/node';
 *
 * const tokens = createTokenManager({
 *   store: fileStore(new URL('credentials.json', import.meta.url), { pointer: '/auth' }),
 *   refresh: async ({ refreshToken }) => (await fetch('https://id.example.com/refresh', { method: 'POST', body: refreshToken ?? null })).json(),
 * });
 * ```
 */
export function fileStore(path: string | URL, options: FileStoreOptions = {}): TokenStore {
  return fileStoreOn(systemClock, path, options);
}

/** The same, on a clock of one's own. */
export function fileStoreOn(
  clock: Clock,
  path: string | URL,
  options: FileStoreOptions = {},
): TokenStore {
  const file = pathFrom(path, 'fileStore');
  checkNames('fileStore', options, ['pointer', 'parse']);
  const { pointer = '', parse } = options;
  const keys = pathOf(pointer);
  if (parse !== undefined && typeof parse !== 'function')
    throw new TypeError(`parse: expected a function, got ${nameOf(parse)}`);
  const name = pointer === '' ? file : `${file}#${pointer}`;
  const lockId = pointer === '' ? '' : `.${shortHash(pointer)}`;
  const lockFile = (place: string, of: 'refresh' | 'sign-in'): string =>
    `${place}${lockId}.${of}.lock`;
  const refreshLock = (place: string): string => lockFile(place, 'refresh');
  const changes = createFileWatch();
  const found = changes.ensure;
  const cell = createFileCell({ name, file, keys, parse, clock, refreshLock, found });
  return sharedStore({
    name,
    read: cell.read,
    write: cell.write,
    // Whatever name a manager has for the session: the managers that redeem what is in this place are kept apart.
    lock: lockOn(clock, async (asked) => {
      const place = await realPlace(file, clock).catch((error: unknown) => {
        throw failure('locked', file, error);
      });
      const which = asked.endsWith(SIGN_IN) ? 'sign-in' : 'refresh';
      return { path: lockFile(place, which), beside: place };
    }),
    subscribe(onChange) {
      const stop = changes.subscribe(onChange);
      realPlace(file, clock).then(changes.ensure, () => undefined); // a reader is told what is wrong
      return stop;
    },
  });
}
