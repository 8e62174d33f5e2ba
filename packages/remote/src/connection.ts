import { type Clock, TokenError } from 'unexpired';
import { createEventReader } from './event-text.ts';

type EventReader = ReturnType<typeof createEventReader>;

/** Ms: the pauses between two connections, doubling, with full jitter; the service gives signs of life more often than the silence. */
const PAUSE = { first: 250, longest: 10_000 };
const SILENCE = 45_000;
/** Ms, where the service does not let us listen. */
const REFUSED = 60_000;

/**
 * Connects again and again, until what it returns is called. `connect` resolves when a connection has ended, and calls `alive`
 * with each sign of life; the reader knows how far the one before came.
 */
export function keepConnected(
  { clock, random }: { readonly clock: Clock; readonly random: () => number },
  connect: (reader: EventReader, signal: AbortSignal, alive: () => void) => Promise<void>,
): () => void {
  let reader = createEventReader();
  let over = false;
  let leave = (): void => undefined;

  /** Ms to wait before the next one, where the service has said no; else 0. */
  const once = async (): Promise<number> => {
    const connection = new AbortController();
    leave = () => connection.abort();
    let cancel = (): void => undefined;
    const alive = (): void => {
      cancel();
      cancel = clock.setTimeout(() => connection.abort(), SILENCE);
    };
    alive();
    try {
      await connect(reader, connection.signal, alive);
      return 0;
    } catch (error) {
      return isRefusal(error) ? REFUSED : 0;
    } finally {
      cancel();
      connection.abort(); // one that was not understood still goes on
    }
  };
  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const cancel = clock.setTimeout(resolve, ms);
      leave = () => {
        cancel();
        resolve();
      };
    });
  const keep = async (): Promise<void> => {
    for (let failures = 0; !over; ) {
      const before = reader.lastId;
      const refused = await once();
      failures = reader.lastId === before ? failures + 1 : 1;
      reader = createEventReader(reader.lastId); // half an event may be left of it
      if (over) return;
      await pause(refused || random() * Math.min(PAUSE.longest, PAUSE.first * 2 ** failures));
    }
  };
  void keep();
  return () => {
    over = true;
    leave();
  };
}

const isRefusal = (error: unknown): boolean =>
  error instanceof TokenError && error.action === 'fix';
