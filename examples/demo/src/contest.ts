import { type Burst, fireBurst, type Outcome } from './burst.ts';
import { now } from './clock.ts';
import type { Client, Contender, Started } from '@unexpired/example-contenders/contender';
import { memoryStorage } from '@unexpired/example-contenders/storage';
import type { ArenaRecord } from './servers/arena.ts';
import type { RemoteArena, Servers } from './servers/start.ts';
import { createSockets } from './sockets.ts';

/** Ms between two looks at the servers' counters while a burst is under way. */
const LOOK_EVERY = 100;

/** One contender, signed in and waiting, with servers and sockets of its own. */
export interface Contest {
  readonly contender: Contender;
  readonly arena: RemoteArena;
  run(requests: number, onLook?: (look: Look) => void): Promise<Played>;
}

/** Where a burst stands: what its callers have, and what the servers have counted. */
export interface Look extends ReturnType<Burst['answered']> {
  readonly tokenCalls: number;
  readonly reuseDetections: number;
}

/** A finished contest, as both sides saw it. */
export interface Played {
  readonly startedAt: number;
  readonly outcomes: readonly Outcome[];
  readonly record: ArenaRecord;
  readonly cutAtDeadline: boolean;
}

/** One after the other, for the sockets are the whole process's. `lifetime` in seconds: how long the access token that the login gives is good for. */
export async function prepareContest(
  servers: Servers,
  contender: Contender,
  lifetime: number,
): Promise<Contest> {
  const arena = await servers.openArena(lifetime);
  const sockets = createSockets();
  const uninstall = sockets.install();
  const started = await contender.start({
    ...arena.address,
    storage: memoryStorage(),
    agent: sockets.agent,
  });
  await started.setSession(arena.address.signedIn);
  const client = await started.client();
  uninstall();

  return {
    contender,
    arena,
    async run(requests, onLook) {
      const leave = sockets.install();
      const startedAt = now();
      const burst = fireBurst(client, requests, deadlineOf(requests));
      const stopLooking = onLook ? look(arena, burst, onLook) : undefined;
      const settled = await burst.settled;
      await stopLooking?.();
      // Before the servers go, so that what a cut-off contender does on being disconnected is not counted as its result.
      const outcomes = burst.outcomes.map((outcome) => ({ ...outcome }));
      const record = await arena.close();
      leave();
      await Promise.all([sockets.close(), close(started, client)]);
      return { startedAt, outcomes, record, cutAtDeadline: !settled };
    },
  };
}

/** Ms. Several times what the slowest contender needs: a contender that is cut off here would have gone on for ever. */
function deadlineOf(requests: number): number {
  return 30_000 + 15 * requests;
}

async function close(started: Started, client: Client): Promise<void> {
  await client.close?.();
  await started.close?.();
}

/** Returns stop. One question at a time, so that a busy child is not asked faster than it answers. */
function look(arena: RemoteArena, burst: Burst, onLook: (look: Look) => void): () => Promise<void> {
  const stop = new AbortController();
  const looking = (async () => {
    while (!stop.signal.aborted) {
      const { tokenCalls, reuseDetections } = await arena.counters();
      if (!stop.signal.aborted) onLook({ ...burst.answered(), tokenCalls, reuseDetections });
      await untilNextLook(stop.signal);
    }
  })();
  return () => {
    stop.abort();
    return looking;
  };
}

function untilNextLook(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, LOOK_EVERY);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
