import type { Clock } from 'unexpired';
import type { ServiceStatus } from '../status.ts';

/** How the fleet stands; `undefined`: the database does not say. */
export type Fleet = () => Promise<ServiceStatus | undefined>;

/** Ms. The statement goes over all sessions, and who scrapes or looks at a page again does not need it anew. */
const KEPT = 5000;

/** Reads it once for all who ask at the same time or soon after. */
export function fleetOf(read: () => Promise<ServiceStatus>, clock: Clock): Fleet {
  let kept:
    | { readonly at: number; readonly status: Promise<ServiceStatus | undefined> }
    | undefined;
  return () => {
    const now = clock.monotonic();
    if (kept === undefined || now - kept.at > KEPT)
      kept = {
        at: now,
        status: read().catch(() => undefined), // the log and /readyz say that the database is away
      };
    return kept.status;
  };
}
