import { authenticate, type KnownKeys } from '../authenticate.ts';
import type { KnownKey } from '../api-keys.ts';

/** Whose credentials these are; `undefined`: nobody's. */
export type Callers = (authorization: string | undefined, now: number) => KnownKey | undefined;

/** Texts that are remembered, about 300 bytes each. */
const MOST = 1000;

/**
 * As {@link authenticate}, which makes a digest each time: texts that were good are remembered, and nothing else, so that only who
 * has a key can fill the memory. Whether that key is still known, and not expired, is asked each time.
 */
export function rememberedCallers(keys: KnownKeys): Callers {
  const remembered = new Map<string, KnownKey>();
  return (authorization = '', now) => {
    const before = remembered.get(authorization);
    if (before !== undefined && keys.get(before.id) === before && before.expiresAt > now)
      return before;
    const caller = authenticate(keys, authorization, now);
    if (caller === undefined) return undefined;
    if (remembered.size >= MOST) remembered.clear();
    remembered.set(authorization, caller);
    return caller;
  };
}
