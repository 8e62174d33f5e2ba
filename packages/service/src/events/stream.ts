import type { Clock } from 'unexpired';
import { isPosition, type Change, type Changes } from './changes-in.ts';
import type { Feed } from './feed.ts';

/** One stream of events to a caller. */
export interface StreamParts {
  readonly feed: Feed;
  /** What has changed since a position that the caller knows. */
  readonly since: (position: string) => Promise<Changes>;
  /** `Last-Event-ID`. */
  readonly last: string | undefined;
  /** May the caller know of this session, and does it want to? */
  readonly fits: (key: string) => boolean;
  /** Are the credentials still good? */
  readonly mayStay: () => boolean;
  readonly clock: Clock;
  readonly ended: () => void;
}

/** Bytes that a caller may be behind. */
const MOST_UNREAD = 64 * 1024;
/** Ms between two signs of life, with the position: who comes back with it misses nothing. */
const SIGN_EVERY = 15_000;
/** Ms between two looks at the credentials. */
const CHECK_EVERY = 30_000;

/**
 * The body of an event stream (WHATWG HTML, server-sent events). It ends when the credentials are no longer good, when the caller
 * does not read, and with `end`. Rejects where the database cannot be asked.
 */
export async function openStream(
  parts: StreamParts,
): Promise<{ readonly body: ReadableStream<Uint8Array>; readonly end: () => void }> {
  const { feed, clock, fits, last, ended } = parts;
  const cleaning: (() => void)[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let position: string | undefined;

  const finish = (close: () => void): void => {
    if (controller === undefined) return;
    for (const clean of cleaning) clean();
    close();
    controller = undefined;
    ended();
  };
  const end = (): void => finish(() => controller?.close());
  const send = (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    if (controller === undefined) return;
    if ((controller.desiredSize ?? 0) < bytes.length) return end(); // it does not read
    controller.enqueue(bytes);
  };
  const tell = (changes: readonly Change[]): void => {
    for (const change of changes) if (fits(change.key)) send(eventOf(change));
  };
  const sign = (): void => send(position === undefined ? ':\n\n' : `id: ${position}\n\n`);
  const every = (ms: number, run: () => void): void => {
    let cancel = (): void => undefined;
    const arm = (): void => {
      cancel = clock.setTimeout(
        () => {
          run();
          if (controller !== undefined) arm();
        },
        ms,
        true,
      );
    };
    arm();
    cleaning.push(() => cancel());
  };

  const body = new ReadableStream<Uint8Array>(
    {
      start: (made) => void (controller = made),
      cancel: () => finish(() => undefined),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNREAD }),
  );
  const leave = await feed.follow(({ changes, isReset, position: reached }) => {
    position = reached;
    if (isReset) send(RESET);
    tell(changes);
    sign();
  });
  cleaning.push(leave);
  every(SIGN_EVERY, sign);
  every(CHECK_EVERY, () => {
    if (!parts.mayStay()) end();
  });
  send(':\n\n');
  if (last === undefined) return { body, end };
  try {
    const missed = isPosition(last) ? await parts.since(last) : undefined;
    if (missed === undefined || missed.isPart || isAhead(last, missed.position)) send(RESET);
    else tell(missed.changes);
    position ??= missed?.position;
    sign();
    return { body, end };
  } catch (error) {
    end();
    throw error;
  }
}

/** A position that this database has not reached is of another one, such as that before a restored backup. */
const isAhead = (known: string, position: string): boolean => BigInt(known) > BigInt(position);

/** Forget what you know: some changes cannot be told any more. */
const RESET = 'event: reset\ndata: {}\n\n';

const eventOf = ({ key, session, generation, state }: Change): string =>
  `data: ${JSON.stringify({ key, session, generation, state })}\n\n`;
