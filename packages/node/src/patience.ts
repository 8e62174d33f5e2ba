import type { Clock } from 'unexpired';
import { codeOf } from './failure.ts';

/** What Windows says while a virus scanner, a backup or an editor has the file open; soon it is closed again. */
const TRANSIENT = ['EPERM', 'EACCES', 'EBUSY'];
/** Ms for which a call is made again, and before its second try. Each further pause is twice as long. */
const PATIENCE = 1000;
const FIRST_PAUSE = 10;

/** How to wait between two tries. */
export interface Waiting {
  readonly clock: Clock;
  /** May the process end during it? Default `false`. */
  readonly background?: boolean | undefined;
  /** Ends the wait with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Makes the call, again for a second where it fails with EPERM, EACCES or EBUSY. Then rejects as the last try did. */
export async function insist<T>(waiting: Waiting, call: () => Promise<T>): Promise<T> {
  const { clock } = waiting;
  const end = clock.monotonic() + PATIENCE;
  for (let wait = FIRST_PAUSE; ; wait *= 2) {
    try {
      return await call();
    } catch (error) {
      const left = end - clock.monotonic();
      if (!TRANSIENT.includes(codeOf(error) ?? '') || left <= 0) throw error;
      await pause(waiting, Math.min(wait, left));
    }
  }
}

/** Ms between the five looks at a place where something should be. */
const BETWEEN_LOOKS = [20, 40, 70, 120];

/**
 * Looks, up to five times in 250 ms, until `settled` says that this is how it stays: an editor that saves a file takes it
 * away, or empties it, for a few ms. Resolves with what the last look saw.
 */
export async function lookUntil<T>(
  clock: Clock,
  look: () => Promise<T>,
  settled: (seen: T) => Promise<boolean>,
): Promise<T> {
  for (const between of BETWEEN_LOOKS) {
    const seen = await look();
    if (await settled(seen)) return seen;
    await pause({ clock }, between);
  }
  return look();
}

export function pause({ clock, background, signal }: Waiting, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.setTimeout(
      () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
      ms,
      background,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
