import { createHash } from 'node:crypto';
import type { Leak } from './record.ts';

/** What stands for a token where it is written down. */
export const fingerprint = (token: string): string =>
  createHash('sha256').update(token).digest('hex').slice(0, 12);

/** Characters of a token of oidc-provider, and of each canary. */
export const LENGTH = 43;

/** All that was written that is long enough to have a token in it. */
export interface Words {
  /** `where`: what will be said of it. */
  look(where: string, text: string): void;
  /** Where one of these secrets was written, but in the places where it may be. */
  find(secrets: Iterable<string>, mayBeIn?: string): Leak[];
}

export function createWords(): Words {
  const places = new Map<string, Set<string>>();
  return {
    look(where, text) {
      for (const [word] of text.matchAll(LONG)) {
        const known = places.get(word) ?? new Set();
        places.set(word, known.add(where));
      }
    },
    find(secrets, mayBeIn) {
      const wanted = new Set(secrets);
      return [...places].flatMap(([word, where]) =>
        partsOf(word)
          .filter((part) => wanted.has(part))
          .flatMap((part) =>
            [...where]
              .filter((one) => one !== mayBeIn)
              .map((one) => ({ secret: fingerprint(part), where: one })),
          ),
      );
    },
  };
}

const LONG = new RegExp(`[\\w-]{${LENGTH},}`, 'g');

const partsOf = (word: string): string[] =>
  Array.from({ length: word.length - LENGTH + 1 }, (_, start) => word.slice(start, start + LENGTH));
