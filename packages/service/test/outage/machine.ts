import { webcrypto } from 'node:crypto';
import { seededRandom } from '../../../core/test/support/random.ts';

/** What a program takes from its machine, so that the same seed gives the same run. */
export interface Machine {
  readonly random: () => number;
  /** For a manual clock: resolves when nothing goes on any more but what waits for a timer. */
  readonly settle: () => Promise<void>;
  /** Puts back what was there before. */
  restore(): void;
}

/** WebCrypto works in threads, whose order is anybody's guess: here one call ends after the other. */
const CRYPTO = ['importKey', 'encrypt', 'decrypt', 'digest', 'deriveKey', 'deriveBits'] as const;

export function seededMachine(seed: number): Machine {
  const { subtle } = webcrypto;
  const { random } = Math;
  const under: { readonly done: Promise<unknown>; readonly end: () => void }[] = [];
  for (const name of CRYPTO) {
    const original = subtle[name].bind(subtle) as (...values: unknown[]) => Promise<unknown>;
    const value = async (...values: unknown[]): Promise<unknown> => {
      const done = original(...values);
      const ended = done.catch(() => undefined);
      await new Promise<void>((end) => under.push({ done: ended, end }));
      return done;
    };
    Object.defineProperty(subtle, name, { value, configurable: true });
  }
  Math.random = seededRandom(seed ^ 0x5eed);

  return {
    random: seededRandom(seed),
    async settle() {
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        const first = under.shift();
        if (first === undefined) return;
        await first.done;
        first.end();
      }
    },
    restore() {
      Math.random = random;
      for (const name of CRYPTO) Reflect.deleteProperty(subtle, name);
    },
  };
}
