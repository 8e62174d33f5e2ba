import type { SessionRecord, StorageLike, TokenSet } from '../../src/index.ts';
import { settle } from './clock.ts';

/** A refresh function that is not to be called. */
export const never = (): Promise<TokenSet> => Promise.reject(new Error('not to be called'));

export const record = (gen: number): SessionRecord => ({
  v: 1,
  session: 's',
  gen,
  status: 'active',
  issuedAt: 1,
  turn: 1,
  tokens: { accessToken: 'a' },
});

/** As localStorage is; `async`: as AsyncStorage and Keychains are, slowly. */
export const storage = (initial: Record<string, string> = {}, { async = false } = {}) => {
  const items = new Map(Object.entries(initial));
  let reads = 0;
  const later = <T>(value: T): T | Promise<T> => (async ? settle().then(() => value) : value);
  const like: StorageLike = {
    getItem(key) {
      reads++;
      return later(items.get(key) ?? null);
    },
    setItem: (key, value) => later(void items.set(key, value)),
  };
  return {
    like,
    items,
    get reads() {
      return reads;
    },
  };
};
