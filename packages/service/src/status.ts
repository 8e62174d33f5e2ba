import type { Clock } from 'unexpired';
import type { Background } from './background.ts';
import type { Replica } from './data/replicas.ts';
import { maybeNumberIn, numberIn, type Rows, type Tables } from './data/tables.ts';
import type { Standing } from './pace/gate.ts';
import type { Provider } from './providers.ts';
import type { State } from './row.ts';

/** How a provider and its sessions stand. Durations in ms. */
export interface ProviderStatus extends Standing {
  readonly name: string;
  /** Of the whole fleet. */
  readonly sessions: Readonly<Record<State, number>>;
  /** Sessions whose refresh ahead of demand is due. */
  readonly due: number;
  /** For how long the one that has been due for longest is due. 0: none is. */
  readonly lag: number;
  /** Until the first token of an active session expires, or since it has (negative); `undefined`: none expires. */
  readonly leastToExpiry: number | undefined;
}

/** What an operator may see: nothing of it is a session, a principal or a token. */
export interface ServiceStatus {
  /** The id of this replica, another one at each start. */
  readonly replica: string;
  /** Those that have been heard of in the last 15,000 ms. */
  readonly replicas: readonly Replica[];
  readonly providers: readonly ProviderStatus[];
}

/** Reads it: one statement over all sessions, so not for each request of a caller. Rejects with a `TokenError`. */
export async function readStatus(parts: {
  readonly id: string;
  readonly tables: Tables;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly background: Pick<Background, 'gate' | 'replicas'>;
  readonly clock: Clock;
}): Promise<ServiceStatus> {
  const { id, tables, providers, background, clock } = parts;
  const now = Math.floor(clock.now());
  const rows = await tables.query(
    `select provider, state, count(*) as sessions, min(expires_at) as least,
min(case when due_at <= $1 then due_at end) as due_since, count(case when due_at <= $1 then 1 end) as due
from ${tables.names.schedule} group by provider, state`,
    [now],
  );
  return {
    replica: id,
    replicas: background.replicas(),
    providers: [...providers.keys()].map((name) => ({
      ...{ name, ...background.gate.standing(name) },
      ...countsIn(rows, name, now),
    })),
  };
}

function countsIn(rows: Rows, name: string, now: number) {
  const own = (state: State) =>
    rows.find((row) => row['provider'] === name && row['state'] === state);
  const count = (state: State): number => numberIn(own(state)?.['sessions'] ?? 0);
  const active = own('active');
  const [least, dueSince] = [active?.['least'], active?.['due_since']].map(maybeNumberIn);
  return {
    sessions: { active: count('active'), ended: count('ended'), signed_out: count('signed_out') },
    due: numberIn(active?.['due'] ?? 0),
    lag: dueSince === undefined ? 0 : now - dueSince,
    leastToExpiry: least === undefined ? undefined : least - now,
  };
}
