import { type Clock, TokenError } from 'unexpired';

/** Calls of one provider that are in flight here, and those who wait for one of them to end. */
export interface Slots {
  readonly taken: number;
  readonly waiting: number;
  /** Resolves with its release once there is room. Rejects after a while. */
  take(limit: () => number): Promise<() => void>;
  /** There may be room now. */
  look(): void;
}

/** Ms that somebody waits for a slot: the redemption is announced by then, and holds up others. */
const PATIENCE = 10_000;

export function createSlots(clock: Clock): Slots {
  const queue: { readonly limit: () => number; readonly go: () => void }[] = [];
  let taken = 0;

  const look = (): void => {
    for (let first = queue[0]; first !== undefined && taken < first.limit(); first = queue[0]) {
      queue.shift();
      taken++;
      first.go();
    }
  };
  const release = (): (() => void) => {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      taken--;
      look();
    };
  };
  return {
    look,
    get taken() {
      return taken;
    },
    get waiting() {
      return queue.length;
    },
    take: (limit) =>
      new Promise((resolve, reject) => {
        const place = {
          limit,
          go: () => {
            cancel();
            resolve(release());
          },
        };
        const cancel = clock.setTimeout(
          () => {
            queue.splice(queue.indexOf(place), 1);
            reject(
              new TokenError('ERR_REFRESH_UNAVAILABLE', {
                message: 'Too many refreshes of this provider are under way',
                delivery: 'unsent',
                retryAfter: 1000,
              }),
            );
          },
          PATIENCE,
          true,
        );
        queue.push(place);
        look();
      }),
  };
}
