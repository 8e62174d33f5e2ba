import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  type Clock,
  type SessionRecord,
  type StoredValue,
  TokenError,
  type TokenSet,
} from 'unexpired';
import { ignoreRejection } from 'unexpired/adapter';
import { failure } from './failure.ts';
import { readJson } from './json-file.ts';
import { targetOf } from './json-pointer.ts';
import { spliceJson } from './json-splice.ts';
import { underKernelLock } from './kernel-lock.ts';
import { lookUntil } from './patience.ts';
import { realPlace } from './place.ts';
import { removeAbandonedDrafts, replaceWhole, syncFolderOf, type WholeFile } from './whole-file.ts';

/** Where a session is. */
export interface FilePlace {
  /** As in errors: the file, and the pointer. */
  readonly name: string;
  readonly file: string;
  /** Of the objects in the file that lead to the session. */
  readonly keys: readonly string[];
  readonly parse: ((value: unknown) => TokenSet | undefined) | undefined;
  readonly clock: Clock;
  /** The file that the refresh lock is on, by where the file really is. */
  refreshLock(place: string): string;
  /** Is told where the file really is. */
  found(place: string): void;
}

/** The session in the file, with compare-and-set. */
export interface FileCell {
  read(): Promise<StoredValue | undefined>;
  write(record: SessionRecord, expected: string | undefined): Promise<string | undefined>;
}

/** A write takes a few ms; one that holds up the others for longer than this (ms) was stopped in the middle. */
const WRITE_WAIT = 8000;

export function createFileCell(at: FilePlace): FileCell {
  const { file, keys, clock } = at;
  const writeLock = (place: string): string => `${place}.write.lock`;
  /** What was there when it was last looked for. `undefined`: nobody has looked. */
  let known: Known | undefined;
  let tidied = false;

  const expects = async (place: string): Promise<Known> =>
    (known ??= await firstSight(place, [writeLock(place), at.refreshLock(place)]));

  const look = async (findPlace: () => Promise<string>): Promise<Seen> => {
    const settled = async (seen: Seen): Promise<boolean> =>
      isSettled(seen, await expects(seen.place));
    const seen = await lookUntil(clock, async () => lookAt(await findPlace(), at), settled);
    if (seen.fault !== undefined) throw notOurs(at, seen.fault);
    return seen;
  };

  const findPlace = async (): Promise<string> => {
    const place = await realPlace(file, clock).catch((error: unknown) => {
      throw failure('read', file, error);
    });
    at.found(place);
    return place;
  };

  const compareAndSet = async (
    place: string,
    record: SessionRecord,
    expected: string | undefined,
  ): Promise<string | undefined> => {
    const { whole, text, mark, cell } = await look(async () => place);
    if ((cell === undefined ? undefined : whole?.version) !== expected) return undefined;
    if (whole !== undefined && hasOtherNames(whole.stats) && !settles(record, cell?.value))
      throw notOurs(at, OTHER_NAMES);
    let version: string | undefined;
    try {
      if (!tidied) await removeAbandonedDrafts(place, clock);
      tidied = true;
      version = await replaceWhole(place, mark + textWith(text, keys, record), whole, clock);
    } catch (error) {
      throw error instanceof TokenError ? error : failure('written', file, error);
    }
    if (version === undefined) return undefined;
    await syncFolderOf(place).catch((error: unknown) => {
      throw failure('synced', file, error);
    });
    return version;
  };

  return {
    async read() {
      const seen = await look(findPlace);
      known = { file: seen.whole !== undefined, session: hasValue(seen) };
      if (seen.whole === undefined || seen.cell === undefined) return undefined;
      return {
        value: parsed(seen.cell.value, at),
        version: seen.whole.version,
        warning: warningOf(file, seen.whole.stats),
      };
    },
    async write(record, expected) {
      const place = await findPlace();
      await expects(place); // before the lock leaves its file there
      const signal = AbortSignal.timeout(WRITE_WAIT);
      const patience = { shortest: 1, longest: 25, clock, signal };
      const sidecar = { path: writeLock(place), beside: place };
      const version = await underKernelLock(sidecar, patience, () =>
        compareAndSet(place, record, expected),
      ).catch((error: unknown) => {
        throw error === signal.reason ? heldUp(file) : error;
      });
      if (version !== undefined) known = { file: true, session: true };
      return version;
    },
  };
}

/** The file's text with this record in its place. */
const textWith = (
  text: string | undefined,
  keys: readonly string[],
  record: SessionRecord,
): string =>
  text === undefined || keys.length === 0
    ? freshText(keys, record)
    : spliceJson(text, keys, record);

const heldUp = (file: string): Error =>
  new Error(
    `${file} could not be written: another process has been at it for more than ${WRITE_WAIT} ms`,
  );

/** What should be there. */
interface Known {
  readonly file: boolean;
  readonly session: boolean;
}

interface Seen {
  /** Where the file really is. */
  readonly place: string;
  /** `undefined`: there is no file. */
  readonly whole?: WholeFile;
  /** `undefined`: nothing is in it. */
  readonly text?: string;
  readonly mark: string;
  /** Our part of the file; `undefined`: not there. */
  readonly cell?: { readonly value: unknown };
  /** Why it cannot be read. */
  readonly fault?: string;
}

/** What is in the file, and in our part of it. */
async function lookAt(place: string, { file, keys, clock }: FilePlace): Promise<Seen> {
  const found = await readJson(place, clock).catch((error: unknown) => {
    throw error instanceof TokenError ? error : failure('read', file, error);
  });
  if (found === undefined) return { place, mark: '' };
  const { whole, text, mark, document } = found;
  const seen = { place, whole, text, mark };
  if (document === 'empty') return { place, whole, mark };
  if (document === 'unreadable') return { ...seen, fault: 'is not valid JSON' };
  const target = targetOf(document.value, keys);
  if (target === 'blocked')
    return { ...seen, fault: 'leads through something that is not an object' };
  return target === 'absent' ? seen : { ...seen, cell: target };
}

/** Before anything was seen: who has kept a session there has left a lock file. */
async function firstSight(place: string, locks: readonly string[]): Promise<Known> {
  for (const lock of locks) if (await exists(lock)) return { session: true, file: true };
  return { session: false, file: await exists(place) };
}

/** Nothing there, where something was, may be an editor that saves, and so may an empty file: that is looked at again. */
function isSettled(seen: Seen, known: Known): boolean {
  if (seen.fault !== undefined || isEmpty(seen)) return false;
  if (hasValue(seen)) return true;
  return seen.whole === undefined ? !known.file : !known.session; // settings without a session are somebody's, too
}

const hasValue = ({ cell }: Seen): boolean => cell !== undefined && cell.value !== null;

const isEmpty = ({ whole, text }: Seen): boolean => whole !== undefined && text === undefined;

const exists = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false, // also where that cannot be found out: to look once is what happens without it
  );

const notOurs = ({ name }: FilePlace, what: string): TokenError =>
  new TokenError('ERR_STORE_RECORD', { message: `${name} ${what}; it was left as it is` });

/** Our own records as they are, all else as `parse` reads it. */
function parsed(value: unknown, at: FilePlace): unknown {
  if (at.parse === undefined || value == null || isRecordLike(value)) return value;
  let tokens: TokenSet | undefined;
  try {
    tokens = ignoreRejection(at.parse(value));
  } catch (error) {
    throw notOurs(
      at,
      `holds something that parse() could not read (${error instanceof Error ? error.name : typeof error})`,
    ); // its message may quote a token
  }
  if (!tokens) throw notOurs(at, 'holds something that is not a session');
  return tokens;
}

/** A record of this or any other version of the format. */
const isRecordLike = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'v' in value && 'session' in value;

const OTHER_NAMES =
  'has another name as well (a hard link), which would keep the old tokens when the file is replaced: remove that name, or make it a symbolic link';

const hasOtherNames = ({ nlink }: BigIntStats): boolean => nlink > 1n;

/** Does the record end an intent? Then the token that is stored may be spent, and what is to be written is the only copy. */
const settles = (record: SessionRecord, stored: unknown): boolean =>
  record.intent === undefined && (stored as Partial<SessionRecord> | null)?.intent !== undefined;

/** What is wrong with the place. Windows has no such bits. */
function warningOf(file: string, stats: BigIntStats): string | undefined {
  const warnings: string[] = [];
  const bits = Number(stats.mode) & 0o777;
  if (process.platform !== 'win32' && (bits & 0o077) !== 0)
    warnings.push(
      `${file} has mode ${bits.toString(8)}: other users of this machine may have read the tokens in it. The next write makes it 600`,
    );
  if (hasOtherNames(stats)) warnings.push(`${file} ${OTHER_NAMES}. Until then it is not written`);
  return warnings.length === 0 ? undefined : warnings.join('. ');
}

const freshText = (keys: readonly string[], record: SessionRecord): string =>
  `${JSON.stringify(
    keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), record),
    null,
    2,
  )}\n`;
