import type { RemoteTokensOptions } from './options.ts';
import { createWatch, type OnNews, type Watch, type WatchParts } from './watch.ts';

/** What makes a connection another one. */
type Of = Pick<RemoteTokensOptions, 'credentials' | 'fetch' | 'clock'> & Pick<WatchParts, 'base'>;

interface Kept {
  readonly of: Of;
  readonly watch: Watch;
  users: number;
}

/** The connections that there are: one for all sessions that are asked for with the same credentials. */
const kept = new Set<Kept>();

/** Listens for news of a session. Returns what ends that. */
export function watchSession(
  { of, session, onNews }: { readonly of: Of; readonly session: string; readonly onNews: OnNews },
  parts: WatchParts,
): () => void {
  const found = [...kept].find((one) => isSame(one.of, of)) ?? {
    of,
    watch: createWatch(parts),
    users: 0,
  };
  kept.add(found);
  found.users++;
  const leave = found.watch.join(session, onNews);
  let over = false;
  return () => {
    if (over) return;
    over = true;
    leave();
    if (--found.users === 0) kept.delete(found);
  };
}

const isSame = (one: Of, other: Of): boolean =>
  one.base === other.base &&
  one.credentials === other.credentials &&
  one.fetch === other.fetch &&
  one.clock === other.clock;
