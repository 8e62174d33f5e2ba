import type { Clock } from 'unexpired';
import { openEvents, type Sender } from './call.ts';
import { keepConnected } from './connection.ts';
import type { StreamEvent } from './event-text.ts';
import type { News, OnNews } from './news.ts';
import type { RemoteAnswer } from './options.ts';

/** One connection for all sessions of a service, for as long as somebody listens. It tells that something has changed, and no more. */
export interface Watch {
  join(session: string, onNews: OnNews): () => void;
}

export interface WatchParts {
  /** Of the service. */
  readonly base: string;
  readonly send: Sender;
  readonly clock: Clock;
  readonly random: () => number;
}

export function createWatch({ base, send, clock, random }: WatchParts): Watch {
  const listeners = new Map<string, Set<OnNews>>();
  let stop: (() => void) | undefined;

  const tellAll = (): void => {
    for (const own of [...listeners.values()]) for (const onNews of [...own]) onNews(undefined);
  };
  const tell = ({ type, data }: StreamEvent): void => {
    if (type === 'reset') return tellAll();
    const found = newsIn(data);
    if (found === undefined) return;
    for (const onNews of [...(listeners.get(found.key) ?? [])]) onNews(found);
  };

  const start = (): (() => void) =>
    keepConnected({ clock, random }, async (reader, signal, alive) => {
      const last = reader.lastId;
      const answer = await openEvents(send, { base, last, signal, clock });
      if (last === undefined) tellAll(); // it may have changed since it was read
      await readAll(answer, (text) => {
        alive();
        for (const event of reader.read(text)) tell(event);
      });
    });

  return {
    join(session, onNews) {
      const own: OnNews = (news) => onNews(news);
      const all = listeners.get(session) ?? new Set();
      listeners.set(session, all.add(own));
      stop ??= start();
      return () => {
        all.delete(own);
        if (all.size === 0 && listeners.get(session) === all) listeners.delete(session);
        if (listeners.size > 0) return;
        stop?.();
        stop = undefined;
      };
    },
  };
}

function newsIn(data: string): (News & { readonly key: string }) | undefined {
  let found: Partial<News & { key: string }>;
  try {
    found = (JSON.parse(data) ?? {}) as typeof found;
  } catch {
    return undefined;
  }
  const { key, session, generation, state } = found;
  return typeof key === 'string' &&
    typeof session === 'string' &&
    typeof generation === 'number' &&
    typeof state === 'string'
    ? { key, session, generation, state }
    : undefined;
}

async function readAll(answer: RemoteAnswer, onText: (text: string) => void): Promise<void> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return;
    onText(decoder.decode(value, { stream: true }));
  }
}
