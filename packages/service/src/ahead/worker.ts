import type { Clock } from 'unexpired';
import type { Claim, Claims } from '../data/claims.ts';
import { type Outcome, parkingAfter } from './outcome.ts';

/** How many sessions of a provider this replica may refresh ahead of demand now, and what a claim is for. */
export interface Turn {
  /** At most `wanted`. 0: not now. */
  readonly granted: number;
}

export interface WorkerParts {
  /** Providers whose tokens are refreshed ahead. */
  readonly providers: readonly string[];
  readonly claims: Claims;
  readonly attempt: (claim: Claim) => Promise<Outcome>;
  /** Slots of a provider that this replica has left, of `running` that are taken by claims. */
  readonly free: (provider: string, running: number) => number;
  /** Asks for the right to make so many calls. */
  readonly turn: (provider: string, wanted: number) => Promise<Turn>;
  /** Does the provider fail for all? */
  readonly isDown: (provider: string) => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  /** The database could not be asked; it is asked again. */
  readonly failed: (error: unknown) => void;
}

export interface Worker {
  start(): void;
  /** No new claims; resolves when those that there are have ended. */
  stop(): Promise<void>;
}

/** Ms between two looks at what is due. */
const PACE = 1000;
/** Sessions in one claim at most. */
const BATCH = 50;

/** Refreshes ahead of demand. The providers take turns with nobody: one that is dead holds up no other. */
export function createWorker(parts: WorkerParts): Worker {
  const lanes = parts.providers.map((provider) => createLane(parts, provider));
  return {
    start: () => lanes.forEach((lane) => lane.start()),
    stop: async () => void (await Promise.all(lanes.map((lane) => lane.stop()))),
  };
}

/** Of one provider: claims as many as there are slots, and again as soon as some are free, while there was enough to claim. */
function createLane(parts: WorkerParts, provider: string): Worker {
  const { claims, clock, random, failed } = parts;
  const running = new Set<Promise<void>>();
  let stopped = false;
  let looking: Promise<void> | undefined;
  let cancel: (() => void) | undefined;
  /** Was there as much to claim as was asked for? Then there may be more. */
  let mayHaveMore = false;

  const refresh = async (claim: Claim): Promise<void> => {
    const outcome = await parts.attempt(claim);
    const parking = parkingAfter(outcome, claim.failures, random(), parts.isDown(provider));
    if (parking === undefined) return;
    await claims
      .park(claim, { notBefore: clock.now() + parking.pause, failures: parking.failures })
      .catch(failed); // the claim runs out by itself
  };
  const claim = async (): Promise<void> => {
    mayHaveMore = false;
    const wanted = Math.min(BATCH, parts.free(provider, running.size));
    if (wanted < 1) return;
    const { granted } = await parts.turn(provider, wanted);
    if (granted < 1 || stopped) return;
    const claimed = await claims.take(provider, granted, clock.now());
    mayHaveMore = claimed.length === wanted;
    for (const each of claimed) {
      const done = refresh(each).finally(() => {
        running.delete(done);
        if (mayHaveMore) look();
      });
      running.add(done);
    }
  };
  const look = (): void => {
    if (stopped || looking !== undefined) return;
    cancel?.();
    looking = claim()
      .catch(failed)
      .finally(() => {
        looking = undefined;
        if (!stopped) cancel = clock.setTimeout(look, PACE * (0.75 + random() / 2), true);
      });
  };

  return {
    start() {
      cancel ??= clock.setTimeout(look, PACE * random(), true);
    },
    async stop() {
      stopped = true;
      cancel?.();
      await looking;
      await Promise.all(running);
    },
  };
}
