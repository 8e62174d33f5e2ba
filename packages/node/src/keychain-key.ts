import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkNames, nameOf, systemClock } from 'unexpired/adapter';
import { shortHash } from './file-lock.ts';
import { underKernelLock } from './kernel-lock.ts';

const KEY_BYTES = 32;
/** Ms for which a process waits while another one makes the key; a person may be asked for the keychain's password. */
const MAKING_WAIT = 60_000;
/** Linux has another store of secrets, in the kernel: it forgets them when the machine is started anew. */
const PERSISTENT = { linux: { store: 'secret-service' } } as const;

/**
 * A key in the system's keychain (macOS Keychain, Windows Credential Manager, Secret Service on Linux), for
 * `encryptedStore`: 32 random bytes, made there at their first use, in base64. Needs the package `@napi-rs/keyring`.
 *
 * Rejects where that is not installed, where there is no keychain (a container, SSH, CI), where it stays locked, and where
 * the entry is something else; it is never overwritten, and asked again at the next use. A session that was encrypted with
 * a key that is gone cannot be read any more. Throws a `TypeError` that names the option that is wrong.
 *
 * @example
 * ```ts
 * import { encryptedStore } from 'unexpired';
 * import { fileStore, keychainKey } from '@unexpired/node';
 *
 * const store = encryptedStore(fileStore('session.json'), keychainKey({ service: 'tool' }));
 * ```
 */
export function keychainKey(options: {
  /** The name of your tool: people see it in their keychain. */
  readonly service: string;
  /** Whose key, where one tool has several. Default is `unexpired`. */
  readonly account?: string | undefined;
}): () => Promise<Uint8Array> {
  const service = nonEmpty('service', options?.service);
  checkNames('keychainKey', options, ['service', 'account']);
  const account = nonEmpty('account', options.account ?? 'unexpired');
  const name = `"${account}" of "${service}"`;
  const fail = (why: string, cause?: unknown): Error =>
    new Error(`The key ${name} could not be had from the system's keychain: ${why}`, { cause });
  let known: Promise<Uint8Array> | undefined;

  const open = async (): Promise<Entry> => {
    const { AsyncEntry } = await import('@napi-rs/keyring').catch((error: unknown) => {
      throw fail(
        'the package @napi-rs/keyring cannot be loaded; npm install @napi-rs/keyring',
        error,
      );
    });
    return new AsyncEntry(service, account, PERSISTENT);
  };

  const find = async (entry: Entry): Promise<Uint8Array | undefined> => {
    const secret = await entry.getSecret(); // of this one it is documented that it rejects where the keychain is locked
    if (secret == null) return undefined;
    const text = Buffer.from(secret).toString();
    const key = Buffer.from(text, 'base64');
    if (key.length !== KEY_BYTES || key.toString('base64') !== text)
      throw fail(`the entry there is not ${KEY_BYTES} bytes in base64; it was left as it is`);
    return new Uint8Array(key);
  };

  /** One process makes it, the others find it. */
  const make = async (entry: Entry): Promise<Uint8Array> => {
    const signal = AbortSignal.timeout(MAKING_WAIT);
    const patience = { shortest: 5, longest: 250, clock: systemClock, signal };
    return underKernelLock({ path: makingLock(service, account) }, patience, async () => {
      const made = await find(entry);
      if (made !== undefined) return made;
      await entry.setPassword(randomBytes(KEY_BYTES).toString('base64'));
      const kept = await find(entry);
      if (kept === undefined) throw fail('it did not keep the key that was made');
      return kept;
    });
  };

  const get = async (): Promise<Uint8Array> => {
    try {
      const entry = await open();
      return (await find(entry)) ?? (await make(entry));
    } catch (error) {
      if (error instanceof Error && error.message.startsWith(`The key ${name} `)) throw error;
      throw fail(
        `there is none here, or it is locked (${error instanceof Error ? error.message : String(error)}); in a container, over SSH and in CI give encryptedStore a key of your own`,
        error,
      );
    }
  };

  return () => {
    known ??= get().catch((error: unknown) => {
      known = undefined; // it may be unlocked later
      throw error;
    });
    return known.then((key) => key.slice()); // nobody can change the others' copy
  };
}

/** What is used of the package's `AsyncEntry`. */
interface Entry {
  /** `null`: no such entry. Rejects where that cannot be found out. */
  getSecret(): Promise<ArrayLike<number> | null | undefined>;
  setPassword(password: string): Promise<unknown>;
}

/** In a folder of this user where there is one: the one of the session (Linux), or the one for temporary files. */
function makingLock(service: string, account: string): string {
  const user = process.getuid?.() ?? 'user';
  const folder = process.env['XDG_RUNTIME_DIR'] || tmpdir();
  return path.join(
    folder,
    `unexpired-${user}-${shortHash(JSON.stringify([service, account]))}.lock`,
  );
}

function nonEmpty(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value;
  throw new TypeError(
    `${option}: expected a string that is not empty and has no NUL, got ${nameOf(value)}`,
  );
}
