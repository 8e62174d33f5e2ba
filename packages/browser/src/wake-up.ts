/** Says that somebody may have written, in this page and in others. Only saves time: nothing needs it to work. */
export interface WakeUp {
  /** Returns unsubscribe. */
  subscribe(onChange: () => void): () => void;
  readonly hasSubscribers: boolean;
  /** Calls the subscribers of this page. */
  tell(): void;
  /** Calls those of every page. Others learn the version of what was written, and nothing else. */
  announce(version: string): void;
}

/**
 * Looks again whenever the page may have missed something. Through a BroadcastChannel, which is closed with the last subscriber, and while the page is in the back/forward cache,
 * where an open one may cost it its place. `onLeave`: the page goes there, or the last subscriber has left.
 */
export function createWakeUp(address: string, onLeave: () => void): WakeUp {
  const subscribers = new Set<() => void>();
  let channel: BroadcastChannel | undefined;

  const tell = (): void => {
    for (const subscriber of [...subscribers]) subscriber();
  };

  const listen = (): void => {
    if (channel !== undefined) return;
    channel = channelTo(address);
    channel?.addEventListener('message', tell);
  };

  const leave = (): void => {
    channel?.close();
    channel = undefined;
    onLeave();
  };

  const comeBack = (event: PageTransitionEvent): void => {
    if (!event.persisted) return;
    listen();
    tell(); // what was said while the page could not hear is made up for by looking
  };

  const show = (): void => {
    if (document.visibilityState === 'visible') tell();
  };

  const start = (): void => {
    listen();
    globalThis.addEventListener?.('pagehide', leave);
    globalThis.addEventListener?.('pageshow', comeBack);
    globalThis.document?.addEventListener('resume', tell); // browsers drop what is said to a frozen page
    globalThis.document?.addEventListener('visibilitychange', show); // and some freeze one without a word
  };

  const stop = (): void => {
    globalThis.removeEventListener?.('pagehide', leave);
    globalThis.removeEventListener?.('pageshow', comeBack);
    globalThis.document?.removeEventListener('resume', tell);
    globalThis.document?.removeEventListener('visibilitychange', show);
    leave();
  };

  return {
    tell,
    get hasSubscribers() {
      return subscribers.size > 0;
    },
    subscribe(onChange) {
      const own = (): void => onChange(); // so that the same function may subscribe twice
      if (subscribers.size === 0) start();
      subscribers.add(own);
      return () => {
        if (subscribers.delete(own) && subscribers.size === 0) stop();
      };
    },
    announce(version) {
      const speaking = channel ?? channelTo(address);
      speaking?.postMessage(version);
      if (speaking !== channel) speaking?.close();
      tell(); // a channel does not hear itself
    },
  };
}

/** Not on a server: there is nothing to hear of, and an open channel keeps Node alive. */
function channelTo(address: string): BroadcastChannel | undefined {
  try {
    return typeof BroadcastChannel === 'undefined' || globalThis.indexedDB == null
      ? undefined
      : new BroadcastChannel(address);
  } catch {
    return undefined; // a page that may store nothing may not speak to others either; a reader is told what is wrong
  }
}
