import type { StorageLike } from '../../src/index.ts';

/**
 * A page, as far as a storage has to do with it: what another page writes into the same `localStorage` is announced here by
 * a `storage` event, and what this page writes is not. It needs `install()` before, and `remove()` after a test.
 */
export function fakePage() {
  type Listener = (event: object) => void;
  const listeners = new Set<{ readonly type: string; readonly listener: Listener }>();
  const page = globalThis as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
  const dispatch = (type: string, event: object): void => {
    for (const each of [...listeners]) if (each.type === type) each.listener(event);
  };
  return {
    /** How many listen now. */
    get listening() {
      return listeners.size;
    },
    install() {
      Object.assign(page, {
        addEventListener: (type: string, listener: Listener) => listeners.add({ type, listener }),
        removeEventListener(type: string, listener: Listener) {
          for (const each of listeners)
            if (each.type === type && each.listener === listener) listeners.delete(each);
        },
      });
    },
    remove() {
      delete page.addEventListener;
      delete page.removeEventListener;
    },
    announce: (event: { readonly key: string | null; readonly storageArea: unknown }) =>
      dispatch('storage', event),
    /** `persisted`: from the back/forward cache, where it heard nothing. */
    show: (persisted: boolean) => dispatch('pageshow', { persisted }),
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
