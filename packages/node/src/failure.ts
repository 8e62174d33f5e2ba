/** The system's code of an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** What the same codes mean on Windows. */
const OR_OPEN =
  '; on Windows also: another program has had it open for more than a second, so close that, or except the folder from virus scans';

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: `this process may not write to its folder, where the file is replaced and the lock files are kept${OR_OPEN}`,
  EPERM: `this process may not write to its folder, where the file is replaced and the lock files are kept, or the file is of another user${OR_OPEN}`,
  EROFS:
    'its folder is on a read-only file system, and the file is replaced and the lock files are kept there',
  EBUSY:
    'it cannot be replaced: close the program that has it open; where a single file is mounted, mount its folder instead',
  EISDIR: 'it is a folder',
  ENOTDIR: 'its folder is a file',
  ENAMETOOLONG:
    'its name or its path is too long: beside it there must be room for names with 42 letters more',
  ELOOP: 'a symbolic link is in its place',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOLCK: 'its file system has no locks',
  ENOTSUP: 'its file system has no locks',
};

/** To read, nobody has to write to the folder. */
const MAY_NOT_READ = `this process may not read it; it may be of another user${OR_OPEN}`;
const READING: Readonly<Record<string, string>> = {
  ...ADVICE,
  EACCES: MAY_NOT_READ,
  EPERM: MAY_NOT_READ,
  ELOOP: 'it is a symbolic link that leads in a circle',
  EBUSY: 'another program has had it open for more than a second: close that',
};

/**
 * Lasts until somebody has made room, given leave, or changed the set-up: no reason to try again. On Windows some of them
 * say that another program has the file open.
 */
const LASTING = [
  ...['EROFS', 'ENOSPC', 'EDQUOT', 'ENAMETOOLONG'],
  ...(process.platform === 'win32' ? [] : ['EACCES', 'EPERM', 'EBUSY']),
];

/**
 * The error for what could not be done to `file`, with what that usually means. Keeps the system's `code`. Unless it has been
 * replaced and could not be `synced`, the file is what it was, and an error that lasts says so.
 */
export function failure(
  what: 'read' | 'written' | 'locked' | 'synced',
  file: string,
  error: unknown,
): Error {
  const code = codeOf(error);
  const why =
    (what === 'read' ? READING : ADVICE)[code ?? ''] ??
    (error instanceof Error ? error.message : String(error));
  return Object.assign(
    new Error(`${file} could not be ${what}: ${why}${code === undefined ? '' : ` (${code})`}`, {
      cause: error,
    }),
    {
      ...(code !== undefined && { code }),
      ...(what !== 'synced' && LASTING.includes(code ?? '') && { delivery: 'answered' }),
    },
  );
}
