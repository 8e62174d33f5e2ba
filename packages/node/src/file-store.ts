import type { BigIntStats } from 'node:fs';
import {
  type SessionRecord,
  type StoredValue,
  TokenError,
  type TokenSet,
  type TokenStore,
} from 'unexpired';
import { failure } from './failure.ts';
import { lockOn, shortHash } from './file-lock.ts';
import { pathOf, targetOf } from './json-pointer.ts';
import { spliceJson } from './json-splice.ts';
import { underKernelLock } from './kernel-lock.ts';
import { pathFrom, realPlace } from './place.ts';
import { readSettled } from './read-settled.ts';
import { createFileWatch } from './watch-file.ts';
import { removeAbandonedDrafts, replaceWhole, type WholeFile } from './whole-file.ts';

/** Options of {@link fileStore}. */
export interface FileStoreOptions {
  /** Where in the file the session is, as a JSON pointer (RFC 6901) such as `/auth`; all else there is kept. Default: the whole file. */
  readonly pointer?: string | undefined;
  /** Reads what an older version of your tool left there; `undefined` means "not mine" (ERR_STORE_RECORD). Not asked about our own records. */
  readonly parse?: ((value: unknown) => TokenSet | undefined) | undefined;
}

/** A write takes a few ms; one that holds up the others for longer than this (ms) was stopped in the middle. */
const WRITE_WAIT = 8000;

/**
 * Keeps the session in a JSON file that many processes share: one of them refreshes, the others pick it up, and it
 * brings the kernel lock that suits it (`<file>.refresh.lock`; `<file>.write.lock` guards each write). The file is
 * replaced whole and gets mode 0600; symbolic links are followed. A file that is not JSON, or holds something that is
 * not a session, is ERR_STORE_RECORD, and stays. The folder must be writable and on this machine: network file systems
 * may have no locks that work.
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
  const file = pathFrom(path, 'fileStore');
  const { pointer = '', parse } = options;
  const keys = pathOf(pointer);
  if (parse !== undefined && typeof parse !== 'function')
    throw new TypeError(`parse: expected a function, got ${typeof parse}`);
  const name = pointer === '' ? file : `${file}#${pointer}`;
  const lockId = pointer === '' ? '' : `.${shortHash(pointer)}`;
  const changes = createFileWatch();
  let tidied = false;

  const notOurs = (what: string): TokenError =>
    new TokenError('ERR_STORE_RECORD', { message: `${name} ${what}; it was left as it is` });

  /** What is in the file, and in our part of it. */
  const look = async (place: string): Promise<Seen> => {
    const found = await readSettled(place).catch((error: unknown) => {
      throw failure('read', file, error);
    });
    if (found === undefined) return { whole: undefined, text: undefined, cell: undefined };
    const { whole, text, document } = found;
    if (document === 'unreadable') throw notOurs('is not valid JSON');
    const target = targetOf(document.value, keys);
    if (target === 'blocked') throw notOurs('leads through something that is not an object');
    return { whole, text, cell: target === 'absent' ? undefined : target };
  };

  const taken = (value: unknown): unknown => {
    if (parse === undefined || value == null || isRecordLike(value)) return value;
    let tokens: TokenSet | undefined;
    try {
      tokens = parse(value);
    } catch (error) {
      throw notOurs(
        `holds something that parse() could not read (${error instanceof Error ? error.name : typeof error})`,
      ); // its message may quote a token
    }
    if (!tokens) throw notOurs('holds something that is not a session');
    return tokens;
  };

  const read = async (): Promise<StoredValue | undefined> => {
    const place = await realPlace(file);
    changes.ensure(place);
    const { whole, cell } = await look(place);
    if (whole === undefined || cell === undefined) return undefined;
    return {
      value: taken(cell.value),
      version: whole.version,
      warning: exposure(file, whole.stats),
    };
  };

  const compareAndSet = async (
    place: string,
    record: SessionRecord,
    expected: string | undefined,
  ): Promise<string | undefined> => {
    const { whole, text, cell } = await look(place);
    if ((cell === undefined ? undefined : whole?.version) !== expected) return undefined;
    const next =
      text === undefined || keys.length === 0
        ? freshText(keys, record)
        : spliceJson(text, keys, record);
    try {
      if (!tidied) await removeAbandonedDrafts(place);
      tidied = true;
      return await replaceWhole(place, next, whole);
    } catch (error) {
      throw failure('written', file, error);
    }
  };

  return sharedStore({
    name,
    // Whatever name a manager has for the session: what has to be kept apart is who redeems what is in this place.
    lock: lockOn(async () => `${await realPlace(file)}${lockId}.refresh.lock`),
    read,
    async write(record, expected) {
      const place = await realPlace(file);
      const signal = AbortSignal.timeout(WRITE_WAIT);
      const patience = { shortest: 1, longest: 25, background: false, signal };
      return underKernelLock(`${place}.write.lock`, patience, () =>
        compareAndSet(place, record, expected),
      ).catch((error: unknown) => {
        if (error !== signal.reason) throw error;
        throw new Error(
          `${file} could not be written: another process has been at it for more than ${WRITE_WAIT} ms`,
        );
      });
    },
    subscribe(onChange) {
      const stop = changes.subscribe(onChange);
      realPlace(file).then(changes.ensure, () => undefined); // whoever reads is told what is wrong
      return stop;
    },
  });
}

interface Seen {
  readonly whole: WholeFile | undefined;
  readonly text: string | undefined;
  /** Our part of the file; `undefined`: not there. */
  readonly cell: { readonly value: unknown } | undefined;
}

/** What is wrong with who may read a file. Windows has no such bits. */
function exposure(file: string, { mode }: BigIntStats): string | undefined {
  const bits = Number(mode) & 0o777;
  if (process.platform === 'win32' || (bits & 0o077) === 0) return undefined;
  return `${file} has mode ${bits.toString(8)}: other users of this machine may have read the tokens in it. The next write makes it 600`;
}

/** A record of this or any other version of the format. */
const isRecordLike = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'v' in value && 'session' in value;

const freshText = (keys: readonly string[], record: SessionRecord): string =>
  `${JSON.stringify(
    keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), record),
    null,
    2,
  )}\n`;
