import { existsSync, type FSWatcher, watch } from 'node:fs';
import path from 'node:path';

/** Calls all subscribers when a file may have been written. Only saves time: nothing needs it to work. */
export interface FileWatch {
  /** Returns unsubscribe. */
  subscribe(onChange: () => void): () => void;
  /** Watches, where somebody has subscribed and there was no watch so far. `place` is where the file really is. */
  ensure(place: string): void;
}

/** Watches the folder, since a file that is replaced takes its watch with it. Does not keep the process alive. */
export function createFileWatch(): FileWatch {
  const listeners = new Set<() => void>();
  let watcher: FSWatcher | undefined;
  let watched: string | undefined;
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
    const nearest = nearestFolder(folder);
    const onEvent = (name: string | null): void => {
      if (nearest !== folder) {
        if (nearestFolder(folder) === nearest) return;
        start(place); // the folder was made, and the file perhaps too
        tell();
      } else if (name === null || name === path.basename(place)) tell();
      else if (name === path.basename(folder)) stop(); // the folder itself went away
    };
    try {
      watcher = watch(nearest, { persistent: false }, (_event, name) => onEvent(name));
      watched = place;
      watcher.on('error', stop);
    } catch {
      stop(); // too many watches, or a file system without: each refresh reads the file anyway
    }
    if (nearestFolder(folder) !== nearest) start(place); // made while the watch was
  };

  const ensure = (place: string): void => {
    if (listeners.size > 0 && watched !== place) start(place);
  };

  return {
    ensure,
    subscribe(onChange) {
      const own = (): void => onChange(); // so that the same function may subscribe twice
      listeners.add(own);
      return () => {
        listeners.delete(own);
        if (listeners.size === 0) stop();
      };
    },
  };
}

/** The folder, or the first of those above it that exists. */
function nearestFolder(folder: string): string {
  let nearest = folder;
  while (!existsSync(nearest) && path.dirname(nearest) !== nearest) nearest = path.dirname(nearest);
  return nearest;
}
