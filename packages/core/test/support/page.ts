import type { StorageLike } from '../../src/index.ts';

/**
 * A page, as far as a storage has to do with it: what another page writes into the same `localStorage` is announced here by
 * a `storage` event, and what this page writes is not. It needs `install()` before, and `remove()` after a test.
 */
export function fakePage() {
  const listeners = new Set<(event: object) => void>();
  const page = globalThis as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
  return {
    /** How many listen now. */
    get listening() {
      return listeners.size;
    },
    install() {
      Object.assign(page, {
        addEventListener: (type: string, listener: (event: object) => void) =>
          type === 'storage' && listeners.add(listener),
        removeEventListener: (type: string, listener: (event: object) => void) =>
          type === 'storage' && listeners.delete(listener),
      });
    },
    remove() {
      delete page.addEventListener;
      delete page.removeEventListener;
    },
    announce(event: { readonly key: string | null; readonly storageArea: unknown }) {
      for (const listener of [...listeners]) listener(event);
    },
  };
}

/** The same items as several pages see them: each has a storage of its own, and hears of what the others write. */
export function localStorages(page: ReturnType<typeof fakePage>) {
  const items = new Map<string, string>();
  const all = new Set<StorageLike>();
  return {
    items,
    open(): StorageLike {
      const own: StorageLike = {
        getItem: (key) => items.get(key) ?? null,
        setItem(key, value) {
          items.set(key, value);
          for (const storageArea of all)
            if (storageArea !== own) page.announce({ key, storageArea });
        },
      };
      all.add(own);
      return own;
    },
  };
}
