import { type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/** Calls whoever subscribed when a file may have been written. Only saves time: needs no watch to work. */
export interface FileWatch {
  /** Returns unsubscribe. */
  subscribe(onChange: () => void): () => void;
  /** Tries again where there could be no watch so far; `place` is where the file really is. */
  ensure(place: string): void;
}

/** The folder is watched, since a file that is replaced takes its watch with it. Does not keep the process alive. */
export function createFileWatch(): FileWatch {
  const listeners = new Set<() => void>();
  let watcher: FSWatcher | undefined;
  let watched: string | undefined;
  let last: string | undefined;
  let told = false;

  const tell = (): void => {
    if (told) return;
    told = true; // one write is several events
    setImmediate(() => {
      told = false;
      for (const listener of [...listeners]) listener();
    });
  };

  const stop = (): void => {
    watcher?.close();
    watcher = watched = undefined;
  };

  const start = (place: string): void => {
    stop();
    const folder = path.dirname(place);
    try {
      watcher = watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || name === path.basename(place)) tell();
        else if (name === path.basename(folder)) stop(); // the folder itself went away
      });
      watched = place;
      watcher.on('error', stop);
    } catch {
      stop(); // no such folder yet, too many watches, or a file system without: whoever is due reads again anyway
    }
  };

  const ensure = (place: string): void => {
    last = place;
    if (listeners.size > 0 && watched !== place) start(place);
  };

  return {
    ensure,
    subscribe(onChange) {
      const own = (): void => onChange(); // so that the same function may subscribe twice
      listeners.add(own);
      if (last !== undefined) ensure(last);
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) stop();
      };
    },
  };
}
