import { callListener, nameOf } from 'unexpired/adapter';

/** Who hears of events. */
export interface Listeners<E> {
  emit(event: E): void;
  /** Returns unsubscribe. Throws a `TypeError` for what is no function. */
  subscribe(listener: (event: E) => void): () => void;
}

export function createListeners<E>(): Listeners<E> {
  const listeners = new Set<(event: E) => void>();
  return {
    emit(event) {
      for (const listener of [...listeners]) callListener(() => listener(event));
    },
    subscribe(listener) {
      if (typeof listener !== 'function')
        throw new TypeError(`subscribe: expected a function, got ${nameOf(listener)}`);
      const own = (event: E): void => listener(event);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}
