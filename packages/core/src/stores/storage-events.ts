/** The members of a `StorageEvent` that matter. */
interface StorageEventLike {
  readonly key: string | null;
  readonly storageArea: unknown;
}

/** What a page has, and Node and React Native have not. */
interface PageLike {
  addEventListener?: unknown;
  removeEventListener?: unknown;
}

/**
 * Calls `onChange` when another page has written `key` of this very storage, or has cleared it (HTML Standard, section
 * 12.2.4), and when this page comes back from the back/forward cache, where it heard of nothing. Does nothing where no page
 * is. Returns unsubscribe.
 */
export function listenToPages(storage: unknown, key: string, onChange: () => void): () => void {
  const page = globalThis as PageLike;
  const onStorage = (event: StorageEventLike): void => {
    if (event.storageArea === storage && (event.key === key || event.key === null)) onChange();
  };
  const onShow = ({ persisted }: { readonly persisted: boolean }): void => {
    if (persisted) onChange();
  };
  const each = (method: keyof PageLike): void => {
    if (typeof page[method] !== 'function') return;
    page[method]('storage', onStorage);
    page[method]('pageshow', onShow);
  };
  each('addEventListener');
  return () => each('removeEventListener');
}
