import { pause, trueNow } from '../arena/clock.ts';
import { gate } from '../gate.ts';
import type { Stage } from '../stage.ts';

/** Seconds: time enough to connect before it is over, on a busy machine too. */
export const EXPIRING = 3;

/** The first access token is over, by the time that its bearer was told. */
export async function untilExpired({ arena }: Stage): Promise<void> {
  await pause(Math.max(0, arena.loginExpiresAt - trueNow() + 50));
}

/** The refresh that comes next is answered when `open` is called; the server acts on it at once. */
export function holdRefresh({ arena }: Stage): () => void {
  const { opened, open } = gate();
  arena.server.plan({ type: 'delay', when: 'after', until: opened });
  return open;
}

/** A refresh has reached the server; `false` after 3 s. */
export async function untilRefreshing({ arena }: Stage): Promise<boolean> {
  for (let looks = 0; looks < 150; looks += 1) {
    if (arena.server.counters.rotations > 0) return true;
    await pause(20);
  }
  return false;
}
