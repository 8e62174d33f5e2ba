import { pause } from './clock.ts';
import type { RemoteArena } from './servers/start.ts';

/**
 * How the access token comes to be useless before the burst.
 * `expired`: its lifetime, which every client was told, is over.
 * `revoked`: the server took it back early, so that only a 401 can tell.
 */
export type Scenario = 'expired' | 'revoked';

export const SCENARIOS: readonly Scenario[] = ['expired', 'revoked'];

/** Seconds; the shortest that `expires_in` can say. */
const EXPIRING = 1;
const LASTING = 3600;

/** Lifetime of the first access token, in seconds. */
export function firstLifetime(scenario: Scenario): number {
  return scenario === 'expired' ? EXPIRING : LASTING;
}

/** Returns once no access token that was issued so far is good any more. */
export async function endAccessTokens(
  scenario: Scenario,
  arenas: readonly RemoteArena[],
): Promise<void> {
  if (scenario === 'revoked') {
    await Promise.all(arenas.map((arena) => arena.revokeAccessToken()));
    return;
  }
  await pause(EXPIRING * 1000 + 50);
}
